/** A listening TCP socket. `[::]` and `0.0.0.0` listen on all addresses. */
export interface Socket {
  readonly address: string;
  readonly port: number;
}

const LISTEN = '0A';
/** Docker's own name server sits here in every container, on a port that changes. */
const NAME_SERVER = '127.0.0.11';

/**
 * Reads the listening sockets from the text of `/proc/PID/net/tcp` and `tcp6` (one after the other). Addresses there are
 * hexadecimal words in the byte order of the machine, which is taken to be little-endian.
 */
export function parseSockets(text: string): Socket[] {
  const sockets: Socket[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*\d+: (?<address>[0-9A-F]{8}|[0-9A-F]{32}):(?<port>[0-9A-F]{4}) \S+ (?<state>\S\S) /.exec(line);
    const { address = '', port = '', state } = match?.groups ?? {};
    if (match === null || state !== LISTEN) continue;
    const readable = readAddress(address);
    if (readable !== NAME_SERVER) sockets.push({ address: readable, port: Number.parseInt(port, 16) });
  }
  return sockets;
}

/** Whether only the container itself can reach it. */
export function isLoopback({ address }: Socket): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** `127.0.0.1:80`, `[::]:80`. */
export function showSocket({ address, port }: Socket): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function readAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  const mapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  if (bytes.length === 4 || mapped) return bytes.slice(-4).join('.');
  if (bytes.every((byte) => byte === 0)) return '::';
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return '::1';
  return (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':');
}
