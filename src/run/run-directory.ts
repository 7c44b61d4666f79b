import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import type { StatePaths } from '../config/paths.ts';

/** The places inside a run's directory, which is the whole truth of that run and stands alone. */
export interface RunDirectory {
  readonly root: string;
  readonly plan: string;
  readonly journal: string;
  readonly facts: string;
  readonly events: string;
  readonly logs: string;
  readonly screenshot: string;
  /** Files that the recipe's tests attached. */
  readonly attachments: string;
  /** Checkouts and the restic repository: removed at the end of the run. */
  readonly work: string;
  readonly headCheckout: string;
  readonly baseCheckout: string;
  readonly resticRepository: string;
  readonly resticCache: string;
  /** Credentials of a kept app; mode 0600. */
  readonly credentials: string;
}

/** Names the places of a run; makes nothing. */
export function runDirectory(paths: StatePaths, runId: string, outDir?: string): RunDirectory {
  const root = outDir ?? join(paths.runs, runId);
  const work = join(root, 'work');
  return {
    root,
    plan: join(root, 'plan.json'),
    journal: join(root, 'journal.ndjson'),
    facts: join(root, 'facts.ndjson'),
    events: join(root, 'events.ndjson'),
    logs: join(root, 'logs'),
    screenshot: join(root, 'screenshot.png'),
    attachments: join(root, 'attachments'),
    work,
    headCheckout: join(work, 'head'),
    baseCheckout: join(work, 'base'),
    resticRepository: join(work, 'restic'),
    resticCache: join(work, 'restic-cache'),
    credentials: join(root, 'credentials.json'),
  };
}

/**
 * Makes the run's directory and its empty journal. A directory that holds a run already is refused with
 * `E_OUT_TAKEN`: the runs directory still points to it for the earlier run, which is over, and a janitor would take what
 * the new run's journal says for what the dead one has left.
 */
export async function claimRunDirectory(directory: RunDirectory): Promise<void> {
  await mkdir(directory.root, { recursive: true });
  await writeFile(directory.journal, '', { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new CodedError({
      code: 'E_OUT_TAKEN',
      message: `${directory.root} holds a run already`,
      fault: 'usage',
      hint: 'name a directory that does not exist yet; every run has one of its own',
    });
  });
}

/** Makes the directories that a run writes to; from here on a janitor has to be able to find it. */
export async function makeRunDirectory(directory: RunDirectory): Promise<void> {
  await mkdir(directory.logs, { recursive: true });
  await mkdir(directory.work, { recursive: true, mode: 0o700 });
}

/** The lock of a live run. It lies outside the run's directory so that `--out` cannot move it. */
export function runLockPath(paths: StatePaths, runId: string): string {
  return join(paths.locks, `run-${runId}.lock`);
}
