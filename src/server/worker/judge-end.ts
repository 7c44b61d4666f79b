import { z } from 'zod';
import type { Subject } from '../../queue/diagnosis.ts';
import { MOST_ATTEMPTS } from '../../queue/requests.ts';
import type { Outcome } from '../../queue/types.ts';
import type { NeedsApproval } from '../../recipe/approval/types.ts';
import type { RunResults } from '../../results/schema.ts';
import type { ChildEnd } from './child.ts';

/** Why a worker ended a run before it was over. */
export type StopReason = 'cancel' | 'lost' | 'hand-back';

/** What becomes of a request whose run has ended. */
export type Next =
  | { readonly next: 'finish'; readonly outcome: Outcome }
  | { readonly next: 'put-back'; readonly counts: boolean; readonly pauseSeconds: number; readonly why: string }
  | { readonly next: 'hold'; readonly findings: readonly NeedsApproval[] }
  /** It belongs to somebody else by now. */
  | { readonly next: 'drop' };

export interface Ending {
  readonly runId: string;
  readonly attempt: number;
  readonly subject: Subject | undefined;
  readonly end: ChildEnd;
  /** What the run's own directory says; undefined when it came to no verdict. */
  readonly results: Pick<RunResults, 'verdict' | 'level' | 'sentence' | 'fault' | 'rungs'> | undefined;
  readonly stopped: StopReason | undefined;
  /** What it took too long at, where it had to be killed for that. */
  readonly overdue?: string | undefined;
}

/** Exit codes of `cc-ci test`: docs/results.md. */
const EXIT = { failure: 1, usage: 2, approval: 5 } as const;

const Findings = z.object({
  findings: z.array(
    z.object({
      id: z.string(),
      // What is not known is left out of JSON.
      file: z.union([z.string(), z.undefined()]).prefault(undefined),
      line: z.union([z.number(), z.undefined()]).prefault(undefined),
      service: z.union([z.string(), z.undefined()]).prefault(undefined),
      key: z.string(),
      sentence: z.string(),
    }),
  ),
});

/** Decides by what a run left behind, its results before all; infrastructure's faults are tried again and are not the recipe's. */
export function judgeEnd(ending: Ending): Next {
  const { runId, results, end, stopped, attempt, subject, overdue } = ending;
  if (stopped === 'lost') return { next: 'drop' };
  const decided = results !== undefined && (results.verdict === 'success' || results.verdict === 'failure');
  if (decided) return finish(runId, results.verdict, results.level, results.sentence, found(results));
  if (stopped === 'cancel') {
    return finish(results && runId, 'cancelled', 0, results?.sentence ?? 'cancelled before anything was deployed');
  }
  if (stopped === 'hand-back') return { next: 'put-back', counts: false, pauseSeconds: 0, why: 'the worker ends' };
  // Not tried again: what blocked it once blocks a slot for an hour each time. That it did not end by itself is our own fault.
  if (overdue !== undefined && results === undefined) return finish(undefined, 'error', 0, overdue, { fault: 'cc-ci' });
  if (results === undefined && end.exitCode === EXIT.approval) {
    // Nobody waits to be asked about it.
    return subject === undefined ? holdWhat(end, attempt) : finish(undefined, 'error', 0, 'it needs an approval');
  }
  const said = results?.sentence ?? errorOf(end.lastWords);
  if (results === undefined && end.exitCode === EXIT.failure) return finish(undefined, 'failure', 0, said);
  if (results === undefined && end.exitCode === EXIT.usage) return finish(undefined, 'error', 0, said);
  // A bound of the host's holds the next time, too.
  if (results?.verdict === 'error' && results.fault === 'usage')
    return finish(runId, 'error', results.level, said, found(results));
  return tryAgain(attempt, said, results && { runId, ...found(results) });
}

/** Puts a request back whose run came to nothing by no fault of the recipe; after as many attempts as there are it ends as an error. */
export function tryAgain(attempt: number, why: string, last?: Found & { readonly runId: string }): Next {
  if (attempt >= MOST_ATTEMPTS) return finish(last?.runId, 'error', 0, why, last);
  return { next: 'put-back', counts: true, pauseSeconds: 30 * 4 ** (attempt - 1), why };
}

type Found = Pick<Outcome, 'fault' | 'failedTiers'>;

function found({ fault, rungs }: NonNullable<Ending['results']>): Found {
  const failedTiers = rungs.filter(({ status }) => status === 'fail').map(({ tier }) => tier);
  return { fault: fault ?? undefined, failedTiers };
}

function finish(
  runId: string | undefined,
  verdict: Outcome['verdict'],
  level: number,
  sentence: string,
  { fault, failedTiers }: Found = {},
): Next {
  return { next: 'finish', outcome: { runId, verdict, level, sentence, fault, failedTiers } };
}

function holdWhat(end: ChildEnd, attempt: number): Next {
  try {
    const { findings } = Findings.parse(JSON.parse(end.stdout));
    return { next: 'hold', findings };
  } catch {
    return tryAgain(attempt, errorOf(end.lastWords));
  }
}

/** The error that the command ended with, without our name before it. */
function errorOf(lastWords: string): string {
  const lines = lastWords.trim().split('\n');
  const error = lines.findLast((line) => line.startsWith('cc-ci: '));
  return (error ?? lines.at(-1) ?? '').replace(/^cc-ci: /, '') || 'the run ended without a word';
}
