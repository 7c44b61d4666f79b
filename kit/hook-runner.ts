import { openSync, writeSync } from 'node:fs';
import { inspect } from 'node:util';
import type { Dependent, HookContext } from './hooks.ts';
import { app, deps, page } from './index.ts';
import type { NodeEvent } from './protocol.ts';
import { takeShot } from './take-shot.ts';

/**
 * Calls one function of a file of hooks: `hook-runner <file> <events file> [<function> <tier>]`. Without a function it lists
 * what the file exports. What it says is on disk before it ends, as with tests.
 */

const [file, eventsFile, call, tier = ''] = process.argv.slice(2);
if (file === undefined || eventsFile === undefined)
  throw new Error('usage: hook-runner <file> <events file> [<function>]');
const events = openSync(eventsFile, 'a');
const write = (value: unknown) => writeSync(events, `${JSON.stringify(value)}\n`);
const started = performance.now();

try {
  end({ outcome: 'pass', failure: undefined, detail: undefined, value: await work(file) });
} catch (error: unknown) {
  const text = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  const own = text.split('\n').filter((line) => !/^\s+at .*(?:\(?node:|\/cc-ci\/kit\/)/.test(line));
  end({ outcome: 'fail', failure: 'hook', detail: own.join('\n').slice(0, 4000) });
}

async function work(path: string): Promise<unknown> {
  const module = (await import(path)) as Readonly<Record<string, unknown>>;
  if (call === undefined) return Object.keys(module);
  const hook = module[call];
  if (typeof hook !== 'function') throw new Error(`${call} is exported, but is no function`);
  const context: HookContext = Object.freeze({ app: Object.freeze({ ...app }), deps: Object.freeze(deps), tier });
  if (call === 'provision') return hook(Object.freeze({ ...context, dependent: dependentApp() }));
  if (call !== 'screenshot') return hook(context);
  const open = await page();
  await hook(Object.freeze({ ...context, page: open }));
  return takeShot(open);
}

function dependentApp(): Dependent {
  return JSON.parse(process.env['CC_CI_DEPENDENT'] ?? '{}') as Dependent;
}

function end(event: Pick<NodeEvent, 'outcome' | 'failure' | 'detail' | 'value'>): never {
  const ms = performance.now() - started;
  write({ name: call ?? 'hooks', nesting: 0, suite: false, skipped: false, ms, ...event });
  write('done');
  // A hook may leave a timer, a socket or a browser open.
  process.exit();
}
