import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { EngineHome } from './engine-home.ts';
import { exists } from './file-facts.ts';
import { judgePidFile, readPidFile } from './pid-file.ts';

/** What an Engine that does not answer has left behind, or that one is alive all the same. */
export interface EngineRemains {
  /** Process id of a live dockerd; it may be starting, or hang. */
  readonly live: number | undefined;
  /** Files of an Engine that is gone; the next one would stumble over them. */
  readonly stale: readonly string[];
}

/** Looks at the pid files and sockets of an Engine that does not answer. */
export async function findRemains(home: EngineHome): Promise<EngineRemains> {
  const [engine, containerd] = await Promise.all([readPidFile(home.pidFile), readPidFile(home.containerdPidFile)]);
  if (judgePidFile(engine, 'dockerd') === 'live') return { live: engine.pid, stale: [] };
  const stale: string[] = [];
  if (judgePidFile(engine, 'dockerd') === 'stale') stale.push(home.pidFile);
  if (judgePidFile(containerd, 'containerd') === 'stale') stale.push(home.containerdPidFile);
  for (const socket of [home.socket, ...home.containerdSockets]) {
    if ((await exists(socket)) && !(await accepts(socket))) stale.push(socket);
  }
  return { live: undefined, stale };
}

/** Removes what `findRemains` called stale. */
export async function removeRemains(remains: EngineRemains): Promise<void> {
  await Promise.all(remains.stale.map((path) => rm(path, { force: true })));
}

/** Whether a process listens behind a unix socket. A socket file alone outlives its process. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
