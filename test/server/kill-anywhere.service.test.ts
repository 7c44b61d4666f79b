import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { drawSample, drawsAll } from '../support/draw.ts';
import { WITHIN } from '../support/within.ts';
import { type Machine, openMachine } from './support/test-server.ts';

const SERVER = join(import.meta.dirname, 'support/mortal-server.ts');
/** A request whose claiming was cut off is given out again once its lease is over. */
const WITHIN_A_LEASE = { ...WITHIN, timeout: 200_000 };
const FULL = drawsAll();

let scene: ForgeScene;
let machine: Machine;
let logFile: string;

beforeAll(async () => {
  [scene, machine] = await Promise.all([openForgeScene(), openMachine()]);
  logFile = join(machine.config.directory, 'points');
  await machine.configure(
    {
      listen: '127.0.0.1:0',
      publicUrl: 'https://ci.example.org',
      forges: [{ id: 'git', url: scene.double.url, tokenFile: 'token', trust: { organisation: 'recipes' } }],
      worker: { domainSuffix: 'ci.test' },
      pollSeconds: 1,
    },
    { token: scene.token },
  );
  await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
});
afterAll(async () => {
  await Promise.all([scene[Symbol.asyncDispose](), machine[Symbol.asyncDispose]()]);
});

/** A server, what it has said so far, and its end: heard from its start on, since a point may come as soon as it is armed. */
interface Serving {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly gone: Promise<unknown>;
}

/** A server that does its work; with a point, one that will kill itself there. */
async function serve(env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const child = spawn(process.execPath, [SERVER, machine.config.directory], {
    env: { ...process.env, CC_CI_STATE: machine.paths.state, CC_CI_HOST_LOCKS: machine.paths.hostLocks, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(child, 'exit');
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const url = await vi.waitUntil(() => /listening on (?<url>\S+)/.exec(said)?.groups?.['url'], WITHIN);
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).ok, WITHIN);
  child.kill('SIGUSR2');
  await vi.waitUntil(() => said.includes('armed'), WITHIN);
  return { child, said: () => said, gone };
}

async function kill({ child, gone }: Serving): Promise<void> {
  child.kill('SIGKILL');
  await gone;
}

const statusesOf = (sha: string) => scene.double.state.statuses.filter((status) => status.sha === sha);
/** A pull request of its own for each: what is only done once for each has points, too. */
async function openPull(text: string): Promise<{ readonly number: number; readonly head: string }> {
  const head = await scene.push(text);
  const pull = { title: text, head: 'bump', base: 'main' };
  const { body } = await scene.double.call('ada', 'POST', 'repos/recipes/notebook/pulls', pull);
  return { number: (body as { number: number }).number, head };
}

const ours = (number: number) =>
  scene.double.state.comments.filter(({ author, deleted, issue }) => author === 'ccci' && !deleted && issue === number);
const isTold = (number: number, sha: string) => {
  const line =
    ours(number)[0]
      ?.body.split('\n')
      .find((text) => text.includes(sha.slice(0, 12))) ?? '';
  return statusesOf(sha).at(-1)?.state === 'success' && line.includes('**Success**');
};

/**
 * Lets the run of a pull request end once its report stands there, so that all go the same way, and waits for the last word of it.
 */
async function untilTold(number: number, head: string, within: typeof WITHIN | typeof WITHIN_A_LEASE = WITHIN) {
  await vi.waitUntil(() => ours(number).length > 0, within);
  await writeFile(join(machine.paths.state, `ends-${head}`), '');
  await vi.waitUntil(() => isTold(number, head), within);
}

test(
  'wherever the server is killed, a comment becomes one request, one report and one final status',
  async () => {
    const first = await serve({ POINTS_LOG: logFile });
    await writeFile(join(machine.paths.state, 'behaviour'), 'wait for its end, then green');
    const recorded = await openPull('recorded');
    await scene.comment('ada', '!testme', recorded.number);
    await untilTold(recorded.number, recorded.head);
    await kill(first);
    const points = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
    await rm(logFile);

    // One of each fifth of the way, since what is open differs along it.
    const chosen = drawSample(points, {
      suite: 'points at which the server is killed',
      nameOf: (point) => point,
      groupOf: (point) => String(Math.floor((points.indexOf(point) * 5) / points.length)),
    });
    const heads = [recorded.head];
    const numbers = [recorded.number];
    let killed = 0;
    for (const point of chosen) {
      const { number, head } = await openPull(point);
      heads.push(head);
      numbers.push(number);
      const mortal = await serve({ POINT: point });
      const gone = mortal.gone.then(() => true);
      await scene.comment('ada', '!testme', number);
      const died = await Promise.race([gone, untilTold(number, head).then(() => false)]);
      await kill(mortal);
      if (died) killed += 1;
      const after = await serve();
      await untilTold(number, head).catch((error: unknown) => {
        throw new Error(`after “${point}” nothing final was told: ${JSON.stringify(statusesOf(head))}`, {
          cause: error,
        });
      });
      expect(ours(number), point).toHaveLength(1);
      await kill(after);
    }
    process.stdout.write(
      `server killed at ${killed} of ${chosen.length} points drawn from ${points.length}: nothing lost, nothing twice\n`,
    );
    expect(killed).toBeGreaterThan(0);

    // The database, below a server that goes on. How often a thing is done differs from time to time; that it is, does not.
    const sure = points.filter((point) => !point.includes('#'));
    const spots = drawSample(sure, {
      suite: 'points at which PostgreSQL is killed',
      nameOf: (point) => point,
      groupOf: (point) => String(Math.floor((sure.indexOf(point) * 2) / sure.length)),
    });
    for (const point of spots) {
      const { number, head } = await openPull(`database ${point}`);
      heads.push(head);
      numbers.push(number);
      const server = await serve({ POINT: point, VICTIM: join(machine.paths.state, 'postgres/data/postmaster.pid') });
      await scene.comment('ada', '!testme', number);
      await untilTold(number, head, WITHIN_A_LEASE).catch((error: unknown) => {
        const message = `without its database at “${point}” the server told nothing final: ${server.said()}`;
        throw new Error(message, { cause: error });
      });
      // The forge knows the last word before the server has heard that it does: the point may still be to come.
      await vi
        .waitUntil(() => server.said().includes('killed\n'), WITHIN)
        .catch((error: unknown) => {
          throw new Error(`the server never came to “${point}”: ${server.said()}`, { cause: error });
        });
      expect(server.child.exitCode, point).toBeNull();
      expect(ours(number), point).toHaveLength(1);
      await kill(server);
    }
    process.stdout.write(`PostgreSQL killed at ${spots.length} points: the server went on by itself\n`);

    // What a server that is gone now had still to write down is written by the next one.
    const last = await serve();
    const store = await machine.openStore();
    try {
      const open = store.db.selectFrom('requests').select('sha').where('state', '!=', 'done');
      await vi.waitUntil(async () => (await open.execute()).length === 0, WITHIN_A_LEASE).catch(() => undefined);
      const rows = await store.db.selectFrom('requests').select(['sha', 'state', 'verdict']).orderBy('id').execute();
      expect(rows).toEqual(heads.map((sha) => ({ sha, state: 'done', verdict: 'success' })));
      expect(numbers.map((number) => ours(number).length)).toEqual(numbers.map(() => 1));
    } finally {
      await kill(last);
      await store.cluster?.stop();
      await store[Symbol.asyncDispose]();
    }
  },
  FULL ? 1_800_000 : 900_000,
);
