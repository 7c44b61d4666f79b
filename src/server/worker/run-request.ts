import { setTimeout } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { delay } from '../../base/deadline.ts';
import { CodedError, messageOf } from '../../base/errors.ts';
import { newRunId } from '../../base/ids.ts';
import type { Argv } from '../../base/process.ts';
import { tellRequest } from '../../forge/outbox/tell.ts';
import { hold as holdRequest, isApproved } from '../../queue/approvals.ts';
import { continueDiagnosis } from '../../queue/diagnoses.ts';
import { putBack } from '../../queue/put-back.ts';
import { finish, MOST_ATTEMPTS, setRun } from '../../queue/requests.ts';
import type { Lease } from '../../queue/types.ts';
import { readResults } from '../../results/json.ts';
import { runDirectory } from '../../run/run-directory.ts';
import type { Tables } from '../../store/schema.ts';
import type { WorkerContext } from '../server.ts';
import { changeBase } from './change-base.ts';
import { startChild } from './child.ts';
import { fetchHead } from './fetch-head.ts';
import type { Held } from './held.ts';
import { judgeEnd, type Next, tryAgain } from './judge-end.ts';
import { isPushedOver } from './pushed-over.ts';
import { runArguments, runEnvironment } from './run-command.ts';
import type { RunSender } from './send-runs.ts';
import { type RunLimits, startWatchdog } from './watchdog.ts';

export interface RunParts extends WorkerContext {
  /** The program that makes a run, and its first arguments. */
  readonly program: Argv;
  /** Finishes what a run left that had to be killed. */
  readonly cleanUp: () => Promise<void>;
  /** Sends what a run left to where people look for it, if that is elsewhere. */
  readonly sendRun: RunSender['send'];
  /** After which a run is ended whatever it does. */
  readonly limits: RunLimits;
}

/** So long is waited for what finishes a killed run; what it leaves then, the next run finishes before it begins. */
const CLEAN_UP_MS = 180_000;
/** What cannot be fetched now is looked for again after this. */
const FETCH_PAUSE_SECONDS = 60;
/** A forge may be down for a night. A commit that cannot be had for longer is given up. */
const LONGEST_FETCH_SECONDS = 24 * 3600;
const WRITE_AGAIN_MS = 1000;
/** So often is it tried to write an ending down when the worker itself ends. */
const LAST_WRITES = 10;

/** Works on one claimed request until it has ended, waits again or is lost. Rejects on a defect only. */
export async function runRequest(parts: RunParts, held: Held): Promise<void> {
  const { log } = parts;
  const { requestId } = held.lease;
  const next = await untilEnd(parts, held).catch((error: unknown) => afterError(error, held));
  log(`request ${requestId}: ${wordsOf(next)}`);
  if (next.next === 'drop') return;
  const base = next.next === 'finish' ? await changeBase(parts.paths, held.lease, next.outcome) : undefined;
  const ours = await writeDown(parts, held, async (tx) => {
    const written = await write(tx, held, next);
    if (written && next.next === 'finish') await continueDiagnosis(tx, requestId, base);
    return written;
  });
  if (!ours) log(`request ${requestId}: its end was not written, since it is somebody else's now`);
}

async function untilEnd(parts: RunParts, held: Held): Promise<Next> {
  const { store, settings, config, paths, log, limits } = parts;
  const { request, requestId, subject } = held.lease;
  const { domainSuffix } = settings.worker;
  await tellRequest(store.db, requestId);
  const mirror = await fetchHead({ db: store.db, settings, config, paths }, request, held.signal);
  if (await isPushedOver(store.db, mirror, held.lease)) {
    const sentence = 'a later push took its place';
    return { next: 'finish', outcome: { runId: undefined, verdict: 'cancelled', level: 0, sentence } };
  }
  const approved = await isApproved(store.db, request);
  const runId = newRunId();
  const args = runArguments({ mirror, runId, request, domainSuffix, approved, deadlineSeconds: limits.run });
  held.signal.throwIfAborted();
  const child = startChild([...parts.program, ...args], runEnvironment(paths, config, settings.worker));
  const terminate = () => child.terminate(limits.teardown * 1000);
  held.signal.addEventListener('abort', terminate);
  log(`request ${requestId}: ${request.recipe} ${request.sha.slice(0, 12)} is run ${runId}`);
  const known = noteRun(parts, held, runId);
  const directory = runDirectory(paths, runId);
  using watchdog = startWatchdog({ directory, limits, kill: () => child.kill() });
  const end = await child.ended;
  held.signal.removeEventListener('abort', terminate);
  await known;
  if (end.killed) await finishTeardown(parts, runId);
  const results = await readResults(directory.root).catch(() => undefined);
  // Before the end is told, so that what is told can be looked at.
  if (results !== undefined) await parts.sendRun(runId, held.signal);
  const [attempt, overdue] = [attemptOf(held.lease), watchdog.overdue()];
  return judgeEnd({ runId, attempt, subject, end, results, stopped: held.stopped(), overdue });
}

/** Takes down what a killed run left. Trouble with that keeps neither the request nor its slot: the next run does it then. */
async function finishTeardown({ cleanUp, log }: RunParts, runId: string): Promise<void> {
  const over = new AbortController();
  const late = delay(CLEAN_UP_MS, over.signal).then(() => log(`run ${runId}: it takes long to remove what it left`));
  await Promise.race([
    cleanUp().catch((error: unknown) => log(`run ${runId}: what it left is not removed: ${messageOf(error)}`)),
    late.catch(() => undefined),
  ]);
  over.abort(new Error('removed'));
}

/** Where the run is found while it goes on; without it the run goes on all the same. */
async function noteRun({ store, log }: RunParts, { lease }: Held, runId: string): Promise<void> {
  try {
    await store.db.transaction().execute(async (tx) => {
      if (await setRun(tx, lease, runId)) await tellRequest(tx, lease.requestId);
    });
  } catch (error: unknown) {
    log(`request ${lease.requestId}: could not note its run: ${messageOf(error)}`);
  }
}

/** What went wrong before there was a run. */
function afterError(error: unknown, held: Held): Next {
  const stopped = held.stopped();
  if (stopped !== undefined) {
    const end = { exitCode: undefined, stdout: '', lastWords: '', killed: false };
    const { subject } = held.lease;
    return judgeEnd({ runId: '', attempt: attemptOf(held.lease), subject, end, results: undefined, stopped });
  }
  if (error instanceof CodedError && error.code === 'E_FETCH') {
    if (held.lease.waitedSeconds < LONGEST_FETCH_SECONDS) {
      return { next: 'put-back', counts: false, pauseSeconds: FETCH_PAUSE_SECONDS, why: error.message };
    }
    const sentence = `${error.message}; that was tried for a day`;
    return {
      next: 'finish',
      outcome: { runId: undefined, verdict: 'error', level: 0, sentence, fault: 'infrastructure' },
    };
  }
  if (error instanceof CodedError && error.fault === 'usage') {
    return { next: 'finish', outcome: { runId: undefined, verdict: 'error', level: 0, sentence: error.message } };
  }
  return tryAgain(attemptOf(held.lease), messageOf(error));
}

/** What is run to explain another verdict is not tried again: that it came to nothing is an answer, too. */
function attemptOf({ attempt, subject }: Lease): number {
  return subject === undefined ? attempt : MOST_ATTEMPTS;
}

async function write(
  tx: Transaction<Tables>,
  { lease }: Held,
  next: Exclude<Next, { next: 'drop' }>,
): Promise<boolean> {
  switch (next.next) {
    case 'finish':
      return finish(tx, lease, next.outcome);
    case 'put-back':
      return putBack(tx, lease, next);
    case 'hold':
      return holdRequest(tx, lease, next.findings);
    default: {
      const never: never = next;
      return never;
    }
  }
}

/**
 * Writes an ending down and has it told. While the database is away it is tried again, for as long as the request may be
 * ours: the run's directory has its results. False when it is not ours any more.
 */
async function writeDown(
  { store, log }: RunParts,
  held: Held,
  writeOnce: (tx: Transaction<Tables>) => Promise<boolean>,
): Promise<boolean> {
  const db: Kysely<Tables> = store.db;
  for (let tries = 0; held.stopped() !== 'lost'; tries += 1) {
    try {
      return await db.transaction().execute(async (tx) => {
        const written = await writeOnce(tx);
        if (written) await tellRequest(tx, held.lease.requestId);
        return written;
      });
    } catch (error: unknown) {
      if (tries === 0) log(`request ${held.lease.requestId}: its end waits for the database: ${messageOf(error)}`);
      if (held.stopped() === 'hand-back' && tries >= LAST_WRITES) return false;
      await setTimeout(WRITE_AGAIN_MS);
    }
  }
  return false;
}

function wordsOf(next: Next): string {
  switch (next.next) {
    case 'finish':
      return `${next.outcome.verdict}: ${next.outcome.sentence}`;
    case 'put-back':
      return `waits again${next.pauseSeconds === 0 ? '' : ` for ${next.pauseSeconds} s`}: ${next.why}`;
    case 'hold':
      return `needs approval of ${next.findings.length}`;
    case 'drop':
      return 'lost, its run was ended';
    default: {
      const never: never = next;
      return never;
    }
  }
}
