import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node';

/** What a test process needs so that one Engine is the only one that it knows. */
export interface ShardPlace {
  readonly env: Readonly<Record<string, string>>;
  /** Put before an argument vector: the program is then in the Engine's network. */
  readonly enter: readonly string[];
}

/** The shards that whoever started vitest has opened; undefined where nobody did. */
export function givenShards(
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly ShardPlace[] | undefined {
  const text = env['CC_CI_TEST_SHARDS'];
  return text === undefined ? undefined : (JSON.parse(text) as readonly ShardPlace[]);
}

/** A process that does not end by SIGTERM is in the middle of something that nobody waits for. */
const END_MS = 2000;

/**
 * A vitest pool whose workers each have an Engine to themselves, and are inside its network: each test file is run by one that is
 * free. As many files run side by side as there are shards.
 */
export function shardPool(shards: readonly ShardPlace[]): PoolRunnerInitializer {
  const free = [...shards];
  const waiting: ((shard: ShardPlace) => void)[] = [];
  // A worker may be started while the one before it is still ending.
  const take = () => {
    const shard = free.shift();
    return shard === undefined ? new Promise<ShardPlace>((resolve) => waiting.push(resolve)) : Promise.resolve(shard);
  };
  const giveBack = (shard: ShardPlace) => {
    const next = waiting.shift();
    if (next === undefined) free.push(shard);
    else next(shard);
  };
  return { name: 'shards', createPoolWorker: (options) => shardWorker(options, take, giveBack) };
}

/** What vitest's own worker of the pool `forks` does, but for where its process is. */
function shardWorker(
  { distPath, project, env, execArgv }: PoolOptions,
  take: () => Promise<ShardPlace>,
  giveBack: (shard: ShardPlace) => void,
): PoolWorker {
  let running: ChildProcess | undefined;
  const child = () => {
    if (running === undefined) throw new Error('the worker has not been started');
    return running;
  };
  return {
    name: 'shards',
    cacheFs: true,
    async start() {
      const shard = await take();
      const [file = process.execPath, ...before] = [...shard.enter, process.execPath, ...execArgv];
      const started = fork(join(distPath, 'workers/forks.js'), [], {
        execPath: file,
        execArgv: before,
        env: { ...env, ...shard.env },
        stdio: 'pipe',
        serialization: 'advanced',
      });
      running = started;
      // However it ends: one that crashed is not stopped by vitest.
      started.once('exit', () => giveBack(shard));
      // vitest listens no more when it has asked a worker to end; a broken pipe would then end vitest.
      started.on('error', () => undefined);
      const { outputStream, errorStream } = project.vitest.logger;
      started.stdout?.on('data', (chunk: Buffer) => void outputStream.write(chunk));
      started.stderr?.on('data', (chunk: Buffer) => void errorStream.write(chunk));
    },
    async stop() {
      const ending = child();
      noteProcessorTime(ending.pid);
      const ended = new Promise<void>((resolve) => {
        if (ending.exitCode !== null || ending.signalCode !== null) resolve();
        // Not `close`: whatever it has left holds its output open.
        else ending.once('exit', () => resolve());
      });
      const kill = setTimeout(() => ending.kill('SIGKILL'), END_MS);
      ending.kill();
      await ended;
      clearTimeout(kill);
    },
    send: (message: WorkerRequest) => void child().send(message, () => undefined),
    on: (event, callback) => void child().on(event, callback),
    off: (event, callback) => void running?.off(event, callback),
    deserialize: (data) => data,
  };
}

const TICKS_A_SECOND = 100;

/** Adds what a process and the children that it has waited for took of the processor to a file, for the summary. */
function noteProcessorTime(pid: number | undefined): void {
  const file = process.env['CC_CI_TEST_USAGE'];
  if (file === undefined || pid === undefined) return;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields 14 to 17 of proc(5): own and waited-for children's time, in user and in kernel mode.
    const ticks = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    const seconds = ticks.reduce((sum, text) => sum + Number(text), 0) / TICKS_A_SECOND;
    appendFileSync(file, `${seconds}\n`);
  } catch {
    // It has ended by itself, and the summary counts a little less.
  }
}
