import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { statePaths } from '../../../src/config/paths.ts';
import { configPaths } from '../../../src/config/server.ts';
import { startServer } from '../../../src/server/server.ts';
import { startWorker } from '../../../src/server/worker/start-worker.ts';

/**
 * `mortal-server.ts <configuration>`: a server whose runs are fakes, and which names the points that it passes: before and after
 * each statement that writes to its database, and each call that writes to a forge. At the point `POINT` it kills itself, or
 * the process that the file `VICTIM` begins with the id of; `POINTS_LOG` is a file that the points are added to. Points count from SIGUSR2 on, so that a start has none. What happens
 * by the clock alone (heartbeats, renewals) is no point: it would be another one each time.
 */

const { POINT: target, POINTS_LOG: log, VICTIM: pidFile } = process.env;
const passed = new Map<string, number>();
let armed = false;

process.on('SIGUSR2', () => {
  armed = true;
  process.stderr.write('armed\n');
});

function pass(name: string): void {
  if (!armed) return;
  const count = (passed.get(name) ?? 0) + 1;
  passed.set(name, count);
  const point = count === 1 ? name : `${name} #${count}`;
  if (log !== undefined) appendFileSync(log, `${point}\n`);
  if (point !== target) return;
  process.kill(pidFile === undefined ? process.pid : Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');
  process.stderr.write('killed\n');
}

async function between<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  if (name === undefined) return work();
  pass(`before ${name}`);
  const value = await work();
  pass(`after ${name}`);
  return value;
}

type Query = (this: pg.Client, text: unknown, ...rest: unknown[]) => Promise<unknown>;
const prototype = pg.Client.prototype as unknown as { query: Query };
const query = prototype.query;
prototype.query = function (text, ...rest) {
  return between(statementOf(text), () => query.call(this, text, ...rest));
};

function statementOf(text: unknown): string | undefined {
  if (text === 'commit') return 'commit';
  const found = /^(?<verb>insert into|update) "(?<table>\w+)"(?<rest>[^]*)/.exec(String(text))?.groups;
  if (found === undefined || found['table'] === 'workers') return undefined;
  if (found['rest']?.startsWith(' set "lease_until"') === true) return undefined;
  return `${found['verb']} ${found['table']}`;
}

const reach = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const method = init?.method ?? 'GET';
  const place = new URL(input instanceof Request ? input.url : input).pathname
    .split('/')
    .findLast((part) => /^[a-z]+$/.test(part));
  return between(method === 'GET' ? undefined : `${method} ${place}`, () => reach(input, init));
};

const fake = [process.execPath, join(import.meta.dirname, 'fake-run.ts')] as const;
const server = await startServer({
  config: configPaths(process.argv[2]),
  paths: statePaths(),
  startWorker: (context) => startWorker({ ...context, program: fake, cleanUp: async () => undefined }),
  log: (line) => process.stderr.write(`${line}\n`),
});
process.stderr.write(`listening on ${server.url}\n`);
