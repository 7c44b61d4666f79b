/**
 * Preloaded into the program under test (`NODE_OPTIONS=--import`): names the points that a run passes, and kills the process with
 * SIGKILL at one of them. From outside, so that the program has no hook for it. The points are
 * - `before <event> <step>` and `after <event> <step>`: a line of the journal is about to be written, or is on disk;
 * - `spawned <program>`: a program of ours has just been started; the n-th of one name has ` #n` behind it.
 *
 * `KILL_AT_LOG` is a file that the points are added to, one a line. At the point `KILL_AT` the process writes the processes that
 * descend from it to `KILL_AT_CHILDREN`, and kills itself.
 */
import { ChildProcess } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { descendantsOf } from './processes.ts';

const { KILL_AT: target, KILL_AT_LOG: log, KILL_AT_CHILDREN: children } = process.env;
const passed = new Map<string, number>();

function pass(name: string): void {
  const count = (passed.get(name) ?? 0) + 1;
  passed.set(name, count);
  const point = count === 1 ? name : `${name} #${count}`;
  if (log !== undefined) appendFileSync(log, `${point}\n`);
  if (point !== target) return;
  if (children !== undefined) writeFileSync(children, JSON.stringify(descendantsOf(process.pid)));
  process.kill(process.pid, 'SIGKILL');
}

const open = files.open.bind(files);
files.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  if (basename(String(path)) !== 'journal.ndjson') return handle;
  const append = handle.appendFile.bind(handle);
  const sync = handle.datasync.bind(handle);
  let line = '';
  handle.appendFile = async (data, options) => {
    const { event, step } = JSON.parse(data as string) as { event: string; step: string };
    line = `${event} ${step}`;
    pass(`before ${line}`);
    return append(data, options);
  };
  handle.datasync = async () => {
    await sync();
    pass(`after ${line}`);
  };
  return handle;
};

interface Spawning {
  spawn: (this: ChildProcess, options: { readonly args?: readonly string[] }) => unknown;
}
const prototype = ChildProcess.prototype as unknown as Spawning;
const spawn = prototype.spawn;
prototype.spawn = function (options) {
  const outcome = spawn.call(this, options);
  if (this.pid !== undefined) pass(`spawned ${programOf(options.args ?? [])}`);
  return outcome;
};

/** The program and its verb: `git init`, `docker stack`. What only wraps another program is left out. */
function programOf(args: readonly string[]): string {
  const at = args[0] === 'setpriv' ? args.indexOf('--') + 1 : 0;
  const words = args.slice(at).filter((word) => /^[a-z][a-z-]*$/.test(basename(word)));
  return words
    .slice(0, 2)
    .map((word) => basename(word))
    .join(' ');
}

syncBuiltinESMExports();
