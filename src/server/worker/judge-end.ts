import { z } from 'zod';
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
  readonly end: ChildEnd;
  /** What the run's own directory says; undefined when it came to no verdict. */
  readonly results: Pick<RunResults, 'verdict' | 'level' | 'sentence' | 'fault'> | undefined;
  readonly stopped: StopReason | undefined;
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
  const { runId, results, end, stopped, attempt } = ending;
  if (stopped === 'lost') return { next: 'drop' };
  const decided = results !== undefined && (results.verdict === 'success' || results.verdict === 'failure');
  if (decided) return finish(runId, results.verdict, results.level, results.sentence);
  if (stopped === 'cancel') {
    return finish(results && runId, 'cancelled', 0, results?.sentence ?? 'cancelled before anything was deployed');
  }
  if (stopped === 'hand-back') return { next: 'put-back', counts: false, pauseSeconds: 0, why: 'the worker ends' };
  if (results === undefined && end.exitCode === EXIT.approval) return holdWhat(end, attempt);
  const said = results?.sentence ?? errorOf(end.lastWords);
  if (results === undefined && end.exitCode === EXIT.failure) return finish(undefined, 'failure', 0, said);
  if (results === undefined && end.exitCode === EXIT.usage) return finish(undefined, 'error', 0, said);
  return tryAgain(attempt, said, results && runId);
}

/** Puts a request back whose run came to nothing by no fault of the recipe; after as many attempts as there are it ends as an error. */
export function tryAgain(attempt: number, why: string, runId?: string): Next {
  if (attempt >= MOST_ATTEMPTS) return finish(runId, 'error', 0, why);
  return { next: 'put-back', counts: true, pauseSeconds: 30 * 4 ** (attempt - 1), why };
}

function finish(runId: string | undefined, verdict: Outcome['verdict'], level: number, sentence: string): Next {
  return { next: 'finish', outcome: { runId, verdict, level, sentence } };
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
