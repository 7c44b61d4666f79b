import { createServer } from 'node:net';
import type { Canary, Ground } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'host-port-taken',
  title: 'a port that a process of the host listens on',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /^app: port \d+ of the host is used by another process$/,
  prepare: listen,
  releases: ({ port }) => [
    { 'compose.yml': wrongCompose({ app: [`ports: [{mode: host, target: 80, published: ${port}}]`] }) },
  ],
  first: taskIs('failed', /already in use|already allocated/),
};

async function listen(): Promise<Ground> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    values: { port: String(port) },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
