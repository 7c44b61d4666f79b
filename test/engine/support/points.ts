/**
 * Preloaded into the program under test (`NODE_OPTIONS=--import`): names the points that a run passes, and lets something happen at
 * one of them. From outside, so that the program has no hook for it. The points are
 * - `before <event> <step>` and `after <event> <step>`: a line of the journal is about to be written, or is on disk;
 * - `spawned <program>`: a program of ours has just been started; the n-th of one name has ` #n` behind it.
 *
 * `POINTS_LOG` is a file that the points are added to, one a line. At the point `POINT` the argument vector in `POINT_RUNS` (JSON) is
 * run to its end before anything else goes on. Without one, the processes that descend from us are written to `POINT_CHILDREN`, and
 * we kill ourselves.
 */
import { ChildProcess, execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { descendantsOf } from './processes.ts';

const { POINT: target, POINTS_LOG: log, POINT_RUNS: runs, POINT_CHILDREN: children } = process.env;
const passed = new Map<string, number>();

function pass(name: string): void {
  const count = (passed.get(name) ?? 0) + 1;
  passed.set(name, count);
  const point = count === 1 ? name : `${name} #${count}`;
  if (log !== undefined) appendFileSync(log, `${point}\n`);
  if (point !== target) return;
  if (runs !== undefined) {
    const [file = '', ...args] = JSON.parse(runs) as readonly string[];
    execFileSync(file, args, { stdio: 'inherit', env: { PATH: process.env['PATH'] } });
    return;
  }
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
