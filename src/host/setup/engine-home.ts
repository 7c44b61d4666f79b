import { join } from 'node:path';

/** Where an Engine keeps what it runs by, and the command that starts it there. */
export interface EngineHome {
  readonly socket: string;
  readonly pidFile: string;
  /** Sockets and pid files of the containerd that the Engine may use or run itself. */
  readonly containerdSockets: readonly string[];
  readonly containerdPidFile: string;
  readonly log: string;
  readonly argv: readonly [string, ...string[]];
}

const DEFAULT_SOCKETS = ['/var/run/docker.sock', '/run/docker.sock'];

/**
 * The home of the Engine behind a socket. Debian's own places for the default socket; for any other one everything lies
 * below the state directory, so that it can never meet the system's Engine: also its containerd names are its own.
 */
export function engineHome(socket: string, state: string): EngineHome {
  if (DEFAULT_SOCKETS.includes(socket)) {
    return {
      socket,
      pidFile: '/var/run/docker.pid',
      containerdSockets: ['/run/containerd/containerd.sock', '/var/run/docker/containerd/containerd.sock'],
      containerdPidFile: '/var/run/docker/containerd/containerd.pid',
      log: join(state, 'log', 'dockerd.log'),
      argv: ['dockerd'],
    };
  }
  const home = join(state, 'engine');
  const pidFile = join(home, 'docker.pid');
  const execRoot = join(home, 'exec');
  return {
    socket,
    pidFile,
    containerdSockets: [join(execRoot, 'containerd', 'containerd.sock')],
    containerdPidFile: join(execRoot, 'containerd', 'containerd.pid'),
    log: join(state, 'log', 'dockerd.log'),
    argv: [
      'dockerd',
      `--host=unix://${socket}`,
      `--data-root=${join(home, 'data')}`,
      `--exec-root=${execRoot}`,
      `--pidfile=${pidFile}`,
      '--containerd-namespace=cc-ci',
      '--containerd-plugins-namespace=cc-ci-plugins',
    ],
  };
}
