import type { IncomingHttpHeaders } from 'node:http';

/** Headers of one connection only (RFC 9110, 7.6.1), and two that say the same under other names. */
const HOP_BY_HOP = [
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
];

/** By these the next one knows where a message ends and whose it is: nobody may name them as something to leave out. */
const NEVER_NAMED = ['content-length', 'host', 'transfer-encoding'];

/** Removes what is for us alone: what `Connection` names, too. An upgrade to a websocket stays one, and nothing more. */
export function removeHopByHop(headers: IncomingHttpHeaders): void {
  const { connection = '', upgrade } = headers;
  const named = connection.split(',').map((name) => name.trim().toLowerCase());
  const upgrades = named.includes('upgrade') && upgrade?.toLowerCase() === 'websocket';
  for (const name of [...HOP_BY_HOP, ...named]) if (!NEVER_NAMED.includes(name)) delete headers[name];
  if (!upgrades) return;
  headers.connection = 'Upgrade';
  headers.upgrade = 'websocket';
}
