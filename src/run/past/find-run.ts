import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { isRunId } from '../../base/ids.ts';
import type { StatePaths } from '../../config/paths.ts';
import { BUNDLE } from '../bundle/schema.ts';

/** The ids of all runs that have a directory here, oldest first. */
export async function listRunIds(paths: StatePaths): Promise<string[]> {
  return (await readdir(paths.runs).catch((): string[] => [])).filter(isRunId).toSorted();
}

/** Where a run's directory is: `--out DIR` puts it elsewhere, and a pointer file in the runs directory then says where. */
export async function runRoot(paths: StatePaths, runId: string): Promise<string> {
  const entry = join(paths.runs, runId);
  const pointer = await readFile(join(entry, 'elsewhere'), 'utf8').catch(() => undefined);
  return pointer === undefined ? entry : pointer.trim();
}

/**
 * The directory of the run that a person means: an id, the beginning of one, `last`, or a path of a run's directory or of
 * the bundle in it. `E_RUN` when there is none or more than one; the hint then names them.
 */
export async function findRun(paths: StatePaths, which: string): Promise<string> {
  if (which.includes('/') || which === '.' || which === '..') return runAt(resolve(which));
  const ids = await listRunIds(paths);
  const last = ids.at(-1);
  if (which === 'last') {
    if (last !== undefined) return runRoot(paths, last);
    throw noRun('there is no run on this machine yet', 'make one with `cc-ci test`');
  }
  const fits = ids.filter((id) => id.startsWith(which));
  const [only, ...others] = fits;
  if (only !== undefined && (others.length === 0 || only === which)) return runRoot(paths, only);
  if (only !== undefined)
    throw noRun(`${fits.length} runs begin with ${which}`, `they are ${fits.slice(-8).join(', ')}`);
  if ((await stat(which).catch(() => undefined))?.isDirectory()) return runAt(resolve(which));
  throw noRun(`there is no run ${which}`, '`cc-ci runs` lists them; a path has a slash in it');
}

async function runAt(path: string): Promise<string> {
  const root = (await exists(join(path, 'plan.json'))) ? path : resolve(path, '..');
  const inBundle = root !== path && (await exists(join(path, BUNDLE.request)));
  if (root === path || (inBundle && (await exists(join(root, 'plan.json'))))) return root;
  throw noRun(`${path} is no run’s directory`, 'a run’s directory holds plan.json and facts.ndjson');
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function noRun(message: string, hint: string): CodedError {
  return new CodedError({ code: 'E_RUN', message, fault: 'usage', hint });
}
