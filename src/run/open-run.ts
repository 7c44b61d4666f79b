import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CodedError } from '../base/errors.ts';
import { openJsonLines, writeFileAtomic } from '../base/files.ts';
import { newRunId } from '../base/ids.ts';
import { type Lock, tryLock } from '../base/lock.ts';
import { createMasker, type Masker } from '../base/mask.ts';
import { storageError } from '../base/storage-error.ts';
import type { StatePaths } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import { stagingRoot } from '../custom/staging.ts';
import { connectEngine, type Engine } from '../swarm/engine.ts';
import { ROOM_WAIT_MS } from './capacity/claim-room.ts';
import { cleanRuns } from './janitor.ts';
import { type Journal, openJournal } from './journal.ts';
import { checkDomain } from './plan/names.ts';
import type { Reporter } from './reporter.ts';
import { claimRunDirectory, makeRunDirectory, type RunDirectory, runDirectory, runLockPath } from './run-directory.ts';
import { lockDomain } from './stack-lock.ts';
import { STEP } from './teardown.ts';

export interface RunEnvironment {
  readonly paths: StatePaths;
  readonly settings: Settings;
  /** `recipes/` of this installation. */
  readonly enrolledDir: string | undefined;
}

export interface RunOptions extends RunEnvironment {
  /** For whoever has to know it before the run begins; a new one unless given. */
  readonly runId?: string | undefined;
  readonly outDir: string | undefined;
  /** How long to wait until other runs leave room on this host; ten minutes unless given. */
  readonly waitForRoomMs?: number | undefined;
  /** Fires when the run is to be cancelled. */
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/** A run that may begin: its lock is held, its directory and journal are there, and dead runs have been cleaned up. */
export interface OpenRun {
  readonly runId: string;
  readonly directory: RunDirectory;
  readonly engine: Engine;
  readonly journal: Journal;
  /** Also keeps what is told in the run's event log. */
  readonly report: Reporter;
  readonly masker: Masker;
}

/**
 * Opens a run, does its work, and closes it again, however the work ends. Whatever has a stack of its own begins here, so that
 * its lock tells whether it lives and its journal what it made.
 */
export async function withOpenRun<T>(
  domain: string | undefined,
  options: RunOptions,
  work: (open: OpenRun) => Promise<T>,
): Promise<T> {
  const runId = options.runId ?? newRunId();
  const directory = runDirectory(options.paths, runId, options.outDir);
  const engine = await connectEngine(options.settings.dockerSocket);
  const masker = createMasker();
  try {
    await using lock = await lockRun(options.paths, runId);
    // Removed while it is held: nothing of a run that is over is left behind.
    await using _file = { [Symbol.asyncDispose]: () => rm(lock.path, { force: true }) };
    // The domain becomes part of a path: what is no domain is refused before it does.
    const asked = domain === undefined ? undefined : checkDomain(domain);
    await using held = await lockDomain(options.paths, asked, {
      timeoutMs: options.waitForRoomMs ?? ROOM_WAIT_MS,
      signal: options.signal,
      onWait: () =>
        options.report({ event: 'progress', text: `waiting for the domain ${domain}, which another run uses` }),
    });
    void held;
    await cleanRuns(engine, options.paths, { report: (text) => options.report({ event: 'progress', text }) });
    await claimRunDirectory(directory);
    if (options.outDir !== undefined)
      await writeFileAtomic(join(options.paths.runs, runId, 'elsewhere'), `${directory.root}\n`);
    await using journal = await openJournal(directory.journal);
    await journal.begin(STEP.staging, { kind: 'directory', path: stagingRoot(runId) });
    await journal.begin(STEP.work, { kind: 'directory', path: directory.work });
    await makeRunDirectory(directory);
    await using eventsFile = await openJsonLines(directory.events);
    const report: Reporter = (raw) => {
      const event = masker.maskDeep(raw);
      // What a full disk swallows here is missing from a log, never from the verdict.
      eventsFile.append({ at: new Date().toISOString(), ...event }).catch(() => undefined);
      options.report(event);
    };
    return await work({ runId, directory, engine, journal, report, masker });
  } catch (error: unknown) {
    throw maskError(storageError(error) ?? error, masker);
  } finally {
    engine.close();
  }
}

async function lockRun(paths: StatePaths, runId: string): Promise<Lock> {
  // A janitor may look at the new file for a moment.
  const lock = await tryLock(runLockPath(paths, runId), { waitMs: 10_000 });
  if (lock !== undefined) return lock;
  throw new CodedError({
    code: 'E_LOCK',
    message: `another process holds the lock of run ${runId}`,
    fault: 'infrastructure',
  });
}

/** The same error without secrets: it is printed, and whoever started us may keep what we print. */
function maskError(error: unknown, masker: Masker): unknown {
  if (!(error instanceof CodedError)) return error;
  const { code, message, fault, where, hint, evidence } = error;
  const masked = masker.maskDeep({ message, where, hint, evidence });
  return isDeepStrictEqual(masked, { message, where, hint, evidence })
    ? error
    : new CodedError({ code, fault, ...masked, cause: undefined });
}
