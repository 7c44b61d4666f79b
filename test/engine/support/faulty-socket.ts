import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The Engine's socket with a fault that can be switched on. */
export interface FaultySocket extends AsyncDisposable {
  readonly path: string;
  /** `silent`: connections are taken and nothing passes any more. `gone`: they break, and no new one is had. */
  fail(how: 'silent' | 'gone'): void;
  /** Everything passes again, on new connections. */
  heal(): void;
}

export interface FaultOptions {
  /** From the first request that begins like this on, the Engine is gone. */
  readonly goneAt?: RegExp;
  readonly onGone?: () => void;
  /** And comes back after so many milliseconds. */
  readonly goneForMs?: number;
}

/** Opens a second way to the Engine behind a socket, for a test that takes the Engine away from a run. */
export async function openFaultySocket(engineSocket: string, options: FaultOptions = {}): Promise<FaultySocket> {
  const dir = await mkdtemp(join(tmpdir(), 'cc-ci-socket-'));
  const path = join(dir, 'docker.sock');
  const pairs = new Set<readonly [Socket, Socket]>();
  let fault: 'silent' | 'gone' | undefined;
  let healing: NodeJS.Timeout | undefined;
  const heal = () => {
    fault = undefined;
    cut();
  };
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    near.on('error', () => undefined);
    if (fault === 'gone') {
      near.destroy();
      return;
    }
    const far = connect({ path: engineSocket, allowHalfOpen: true });
    far.on('error', () => near.destroy());
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) socket.once('close', () => pairs.delete(pair));
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    if (fault === 'silent') return;
    near.on('data', (data: Buffer) => {
      if (options.goneAt?.test(data.toString('latin1')) !== true || fault !== undefined) return;
      fault = 'gone';
      options.onGone?.();
      cut();
      if (options.goneForMs !== undefined) healing = setTimeout(heal, options.goneForMs);
    });
    near.pipe(far);
    far.pipe(near);
    near.resume();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    fail(how) {
      fault = how;
      if (how === 'gone') cut();
      else for (const pair of pairs) for (const socket of pair) socket.unpipe().pause();
    },
    heal,
    async [Symbol.asyncDispose]() {
      clearTimeout(healing);
      cut();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
