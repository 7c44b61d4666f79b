import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '../../../src/base/deadline.ts';
import { isRunId } from '../../../src/base/ids.ts';
import { statePaths } from '../../../src/config/paths.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { makeExamples } from '../../../src/host/setup/examples.ts';
import { RunResults } from '../../../src/results/schema.ts';
import { connectEngine, type Engine } from '../../../src/swarm/engine.ts';
import { listObjects, OBJECT_KINDS } from '../../../src/swarm/inventory.ts';
import { RUN_LABEL, STACK_LABEL } from '../../../src/swarm/types.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Made once for all tests of this clone: a copy costs a hundredth of what the commits do. */
export const EXAMPLES = join(ROOT, 'node_modules/.cache/examples');
/** Between two looks at an event log. */
const LOOK_MS = 50;

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** The command as a person runs it, with a state directory and example repositories of its own. */
export interface Bench extends AsyncDisposable {
  readonly engine: Engine;
  readonly state: string;
  /** A repository of this bench's own, which it may change. */
  example(name: string): string;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Going;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** `cc-ci test --json` to its end; the results are undefined when there was nothing to judge. */
  test(args: readonly string[]): Promise<Ended & { readonly results: RunResults | undefined }>;
  /**
   * Resolves when a run has written a line to its event log that the predicate accepts; with the run's id. Rejects when all that
   * the bench has started is over without it.
   */
  event(accepts: (event: RunEvent) => boolean): Promise<string>;
  runIds(): Promise<string[]>;
  /** All of the Engine that belongs to the runs of this state directory, and what of them lies beside their reports. */
  leftovers(): Promise<string[]>;
}

export interface RunEvent {
  readonly event: string;
  readonly name?: string;
  readonly tier?: string | null;
}

/** Which Engine a bench's runs use; that of the environment unless given. */
export interface BenchPlace {
  readonly socket: string;
  /** The certificate that this Engine's router presents. */
  readonly tls: string;
  /** Put before the command, so that it reaches that router. */
  readonly enter: readonly string[];
}

/** Opens a bench; what it started is killed and cleaned at its end, however the test ended. */
export async function openBench(
  place: BenchPlace = { socket: readSettings().dockerSocket, tls: statePaths().tls, enter: [] },
): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-bench-'));
  const state = join(root, 'state');
  // The router presents the certificate that set-up made.
  await cp(place.tls, join(state, 'tls'), { recursive: true, dereference: true });
  await makeExamples(join(ROOT, 'examples'), EXAMPLES);
  const engine = await connectEngine(place.socket);
  const running = new Set<ChildProcess>();
  let lastSaid: string | undefined;
  const runs = join(state, 'runs');

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Going => {
    const [program = '', ...rest] = [...place.enter, join(ROOT, 'cc-ci'), ...args];
    const child = spawn(program, rest, {
      env: { ...process.env, DOCKER_HOST: `unix://${place.socket}`, CC_CI_STATE: state, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.stderr += chunk;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => {
        running.delete(child);
        lastSaid = text.stderr;
        resolve({ exitCode, ...text });
      });
    });
    return { child, ended };
  };
  const run: Bench['run'] = (args, env) => start(args, env).ended;
  const runIds = async () => (await readdir(runs).catch((): string[] => [])).filter(isRunId).toSorted();

  return {
    engine,
    state,
    example(name) {
      const copy = join(root, 'examples', name);
      if (!existsSync(copy)) cpSync(join(EXAMPLES, name), copy, { recursive: true });
      return copy;
    },
    start,
    run,
    runIds,
    async test(args) {
      const ended = await run(['test', '--json', ...args]);
      return { ...ended, results: ended.stdout === '' ? undefined : RunResults.parse(JSON.parse(ended.stdout)) };
    },
    async event(accepts) {
      const find = async () => {
        for (const id of await runIds()) {
          const text = await readFile(join(runs, id, 'events.ndjson'), 'utf8').catch(() => '');
          const events = text.split('\n').slice(0, -1);
          if (events.some((line) => accepts(JSON.parse(line) as RunEvent))) return id;
        }
        return undefined;
      };
      // Node's recursive watch misses what is written to a new directory before it has come to watch that, too.
      for (;;) {
        const over = lastSaid !== undefined && running.size === 0;
        const found = await find();
        if (found !== undefined) return found;
        if (over) throw new Error(`no program runs any more, and the event has not come: ${lastSaid}`);
        await delay(LOOK_MS);
      }
    },
    async leftovers() {
      const ids = new Set(await runIds());
      const plans = await Promise.all(
        [...ids].map((id) => readFile(join(runs, id, 'plan.json'), 'utf8').catch(() => '')),
      );
      const stacks = plans
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as Planned)
        .flatMap((plan) => [plan, ...(plan.dependencies ?? [])].map(({ stackName }) => stackName));
      const objects = await listObjects(
        engine,
        ({ name, labels }) =>
          ids.has(labels[RUN_LABEL] ?? '') ||
          stacks.includes(labels[STACK_LABEL] ?? '') ||
          stacks.some((stack) => name.startsWith(`${stack}_`)),
      );
      const locks = await readdir(join(state, 'locks')).catch((): string[] => []);
      const works = await Promise.all(
        [...ids].map(async (id) => ((await readdir(join(runs, id))).includes('work') ? [`${id}/work`] : [])),
      );
      const staged = (await readdir(tmpdir())).filter((name) => [...ids].some((id) => name.includes(id)));
      return [
        ...OBJECT_KINDS.flatMap((kind) => objects[kind].map(({ name }) => `${kind.slice(0, -1)} ${name}`)),
        ...locks.filter((name) => name.startsWith('run-')).map((name) => `lock ${name}`),
        ...works.flat(),
        ...staged,
      ];
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill('SIGKILL');
      await run(['clean', '--kept']);
      engine.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

interface Planned {
  readonly stackName: string;
  readonly dependencies?: readonly Pick<Planned, 'stackName'>[];
}
