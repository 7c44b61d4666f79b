import { isIP } from 'node:net';

/** One published port as the Engine takes it. */
export interface PortRecord {
  readonly mode: string;
  readonly target: number;
  readonly published: number;
  readonly protocol: string;
}

const PROTOCOLS = ['tcp', 'udp', 'sctp'];

/** Each published port is a socket and a rule of the firewall on the host. */
const MOST_PORTS = 1000;

interface Range {
  readonly first: number;
  readonly last: number;
}

interface PortSpec {
  readonly target: Range;
  readonly published: Range | undefined;
  readonly protocol: string;
}

/**
 * Reads the short form of a port: `[ip:][published[-last]:]target[-last][/protocol]`, one record for each port of a range.
 * An address is checked and then dropped, as Docker does. Returns what is wrong as a sentence when it cannot be read.
 */
export function parsePorts(spec: string): readonly PortRecord[] | string {
  const read = readPorts(spec);
  if (typeof read === 'string') return read;
  const { target, published, protocol } = read;
  const targets = target.last - target.first;
  const records: PortRecord[] = [];
  // Docker orders the ports of a range by their text: 10, 11, 8, 9.
  const ordered = Array.from({ length: targets + 1 }, (_, index) => String(target.first + index)).sort();
  for (const text of ordered) {
    const offset = Number(text) - target.first;
    const first = published === undefined ? 0 : published.first + offset;
    const last = published !== undefined && targets === 0 ? published.last : first;
    for (let port = first; port <= last; port += 1) {
      records.push({ mode: 'ingress', target: Number(text), published: port, protocol });
    }
  }
  return records;
}

/** What is wrong with a short form, as a sentence; undefined when it can be read. */
export function portProblem(spec: string): string | undefined {
  const read = readPorts(spec);
  return typeof read === 'string' ? read : undefined;
}

function readPorts(spec: string): PortSpec | string {
  const parts = spec.split(':');
  const { container, protocol } = splitProtocol(parts.at(-1) ?? '');
  const host = parts.at(-2) ?? '';
  const address = parts.slice(0, -2).join(':');
  if (address !== '' && !isAddress(address)) return `has no valid address: ${address}`;
  if (container === '') return 'names no port';
  const target = parseRange(container);
  if (target === undefined) return `has no valid container port: ${container}`;
  const published = host === '' ? undefined : parseRange(host);
  if (host !== '' && published === undefined) return `has no valid published port: ${host}`;
  const targets = target.last - target.first;
  if (published !== undefined && targets !== 0 && published.last - published.first !== targets) {
    return `has ranges of different lengths: ${host} and ${container}`;
  }
  if (!PROTOCOLS.includes(protocol.toLowerCase())) return `has an unknown protocol: ${protocol}`;
  const count = Math.max(targets, published === undefined ? 0 : published.last - published.first) + 1;
  if (count > MOST_PORTS) return `names ${count} ports, at most ${MOST_PORTS} are allowed`;
  return { target, published, protocol: protocol.toLowerCase() };
}

function splitProtocol(text: string): { readonly container: string; readonly protocol: string } {
  const [container = '', protocol = ''] = text.split('/');
  return { container, protocol: protocol === '' ? 'tcp' : protocol };
}

function isAddress(text: string): boolean {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return isIP(bare) !== 0 && !bare.includes('%');
}

function parseRange(text: string): Range | undefined {
  const [from = '', to = from] = text.split('-');
  if (!/^\d+$/.test(from) || !/^\d+$/.test(to)) return undefined;
  const first = Number(from);
  const last = Number(to);
  return first > 65_535 || last > 65_535 || last < first ? undefined : { first, last };
}
