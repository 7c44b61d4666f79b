import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { delay } from '../src/base/deadline.ts';
import { formatError } from '../src/base/errors.ts';
import { formatReport } from '../src/cli/setup.ts';
import { readSettings } from '../src/config/settings.ts';
import { setUp } from '../src/host/setup/setup.ts';
import { connectEngine } from '../src/swarm/engine.ts';
import { listObjects, OBJECT_KINDS } from '../src/swarm/inventory.ts';
import { STATE_LABEL } from '../src/swarm/types.ts';
import { type DemoScene, openDemoScene, RECIPE, type SetStatus } from './demo-scene.ts';

/**
 * `npm run demo:server`: set-up, a forge with a pull request, a server; `!testme`, and what comes of it, with times. Then the same
 * again, with `kill -9` of the server in the middle. Ends with 1 when something is not as it is promised.
 */

const ROOT = join(import.meta.dirname, '..');
const ANSWER_MS = 180_000;
const TICK_MS = 20;

class Demo {
  readonly scene: DemoScene;
  #server: ChildProcess | undefined;
  #begun = performance.now();
  #before = 0;
  readonly #told = new Set<string>();

  constructor(scene: DemoScene) {
    this.scene = scene;
  }

  /** Starts the server as an operator would, and waits until it does its work. */
  async start(): Promise<void> {
    const { config, state, url } = this.scene;
    this.#server = spawn(join(ROOT, 'cc-ci'), ['serve', '--config', config], {
      env: { ...process.env, CC_CI_STATE: state },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await until(
      'the server to be ready',
      async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true,
    );
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  async comment(body: string): Promise<void> {
    this.#told.clear();
    this.#before = await this.lastStatus();
    this.#begun = performance.now();
    this.say(`${body} is written on the pull request`);
    await this.scene.comment(body);
  }

  say(what: string): void {
    const seconds = ((performance.now() - this.#begun) / 1000).toFixed(2);
    process.stdout.write(`${seconds.padStart(7)} s  ${what}\n`);
  }

  /** The number of the newest status of the head. */
  async lastStatus(): Promise<number> {
    return (await this.scene.statuses()).at(-1)?.id ?? 0;
  }

  /** Waits for a status of the head that was set after the others, telling all that is seen meanwhile. */
  async status(after: number, accepts: (state: string) => boolean): Promise<string> {
    let found: string | undefined;
    await until('a status', async () => {
      const seen = await this.tellNews();
      found = seen.find(({ id, status }) => id > after && accepts(status))?.status;
      return found !== undefined;
    });
    await this.tellNews();
    return found ?? '';
  }

  async tellNews(): Promise<readonly SetStatus[]> {
    const statuses = await this.scene.statuses();
    for (const { id, status, context, description } of statuses) {
      if (id > this.#before) this.#once(`status ${id}`, `${context}: ${status}, ${description}`);
    }
    for (const { id, author, body } of await this.scene.reports()) {
      const line = body.split('\n').find((text) => /\*\*|Queued|Running/.test(text)) ?? '';
      this.#once(
        `comment ${id} ${line}`,
        `comment of ${author.login}: ${line.replaceAll(/[*_]|!?\[|\]\([^)]*\)/g, '')}`,
      );
    }
    return statuses;
  }

  #once(key: string, text: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.say(text);
  }
}

async function main(): Promise<void> {
  await setUp({
    forServer: true,
    say: (line) => process.stderr.write(`  … ${line}\n`),
    onReport: (report) => process.stderr.write(`${formatReport(report)}\n`),
  });
  await using scene = await openDemoScene();
  const demo = new Demo(scene);
  try {
    heading('a server starts');
    await demo.start();
    demo.say(`it listens on ${scene.url} and watches ${RECIPE} on ${scene.forgeUrl}`);

    heading('a comment on a pull request');
    await demo.comment('!testme');
    const first = await demo.status(0, (is) => is !== 'pending');
    const [report] = await scene.reports();
    process.stdout.write(`\n${report?.body ?? ''}\n`);
    expectThat(first === 'success', `the status of the head is ${first}`);

    heading('the same, and the server is killed in the middle');
    const before = await demo.lastStatus();
    await demo.comment('!testme');
    await demo.status(before, (is) => is === 'pending');
    await until('the stack of the run', async () => (await objectsOf(scene)).length > 0);
    demo.say('kill -9');
    await demo.end('SIGKILL');
    await demo.start();
    demo.say('the server is ready again');
    const second = await demo.status(before, (is) => is !== 'pending');
    expectThat(second === 'success', `the status of the head is ${second}`);
    const { length } = await scene.reports();
    expectThat(length === 1, `${length} comment of the server is on the pull request`);
    expectThat((await scene.statuses()).at(-1)?.status === 'success', 'no status is left pending');
    await until('the end of what the run made', async () => (await objectsOf(scene)).length === 0);
    expectThat(true, 'no stack is left');
  } finally {
    await demo.end('SIGTERM');
  }
}

function heading(text: string): void {
  process.stdout.write(`\n== ${text}\n`);
}

/** Whatever on the Engine belongs to a run of this server. */
async function objectsOf({ state }: DemoScene): Promise<readonly string[]> {
  const engine = await connectEngine(readSettings().dockerSocket);
  try {
    const objects = await listObjects(engine, ({ labels }) => labels[STATE_LABEL] === state);
    return OBJECT_KINDS.flatMap((kind) => objects[kind].map(({ name }) => name));
  } finally {
    engine.close();
  }
}

function expectThat(holds: boolean, what: string): void {
  process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${what}\n`);
  if (!holds) process.exitCode = 1;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + ANSWER_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited for ${what} for ${ANSWER_MS / 1000} s`);
    await delay(TICK_MS);
  }
}

try {
  await main();
} catch (error: unknown) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 3;
}
