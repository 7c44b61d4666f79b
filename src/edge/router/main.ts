import { readFile } from 'node:fs/promises';
import { formatError } from '../../base/errors.ts';
import { connectEngine } from '../../swarm/engine.ts';
import { startAdmin } from './admin.ts';
import { followSwarm } from './follow.ts';
import { createForwarder } from './forward.ts';
import { listen } from './listen.ts';
import { CONTAINER_PORTS, ROUTER_ENV, SECRET_FILES, SOCKET_IN_CONTAINER } from './service-shape.ts';
import type { EntryPoint, RouterState } from './types.ts';

const ENTRY_POINTS: readonly EntryPoint[] = [
  { name: 'web', kind: 'http', port: CONTAINER_PORTS.http },
  { name: 'web-secure', kind: 'tls', port: CONTAINER_PORTS.https },
];

/** The built-in router: follows the Swarm, opens its ports with the first table, serves until SIGTERM. */
async function main(): Promise<void> {
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  process.on('SIGINT', () => stop.abort());
  const network = process.env[ROUTER_ENV.network] ?? 'proxy';
  const version = process.env[ROUTER_ENV.traefik] === 'v2' ? 'v2' : 'v3';
  const certificate = { cert: await readFile(SECRET_FILES.certificate), key: await readFile(SECRET_FILES.key) };
  const engine = await connectEngine(SOCKET_IN_CONTAINER);

  const first = Promise.withResolvers<RouterState>();
  let current: RouterState | undefined;
  const following = followSwarm(engine, {
    network,
    version,
    signal: stop.signal,
    onState(state) {
      current = state;
      first.resolve(state);
    },
    onTrouble: (sentence) => process.stderr.write(`the Engine does not answer: ${sentence}\n`),
  });
  stop.signal.addEventListener('abort', () => process.exit(0));
  const initial = await first.promise;
  const state = (): RouterState => current ?? initial;
  const forwarder = createForwarder(state);
  for (const entryPoint of ENTRY_POINTS) await listen(entryPoint, { state, forwarder, certificate });
  await startAdmin(state);
  process.stdout.write(`ready: ${ENTRY_POINTS.map(({ name, port }) => `${name} on ${port}`).join(', ')}\n`);
  await following;
}

main().catch((error: unknown) => {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(1);
});
