import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { INSIDE } from './protocol.ts';

/**
 * Listens on the sandbox's own loopback and passes every connection to the gateway's unix socket, so that ordinary
 * programs can use it as their HTTP proxy. It decides nothing: the rules are outside, where a test cannot change them.
 */
export async function startForwarder(): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const gateway = connect({ path: INSIDE.gateway, allowHalfOpen: true });
    pipeline(client, gateway, () => undefined);
    pipeline(gateway, client, () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(INSIDE.proxyPort, '127.0.0.1', () => resolve());
  });
  server.unref();
}
