import type { Conclusion, Subject } from '../../queue/diagnosis.ts';
import type { NeedsApproval } from '../../recipe/approval/types.ts';
import type { RunResults } from '../../results/schema.ts';
import type { RequestState } from '../../store/schema.ts';

/** What the database knows of a request. */
export interface RequestView {
  readonly sha: string;
  readonly state: RequestState;
  readonly partial: boolean;
  readonly askedBy: string;
  readonly attempts: number;
  readonly cancelAsked: boolean;
  readonly heldBy: string | undefined;
  readonly findings: readonly NeedsApproval[];
  readonly runId: string | undefined;
  readonly verdict: string | undefined;
  readonly level: number | undefined;
  readonly sentence: string | undefined;
}

/** A run that was made to find whose fault a red verdict is. */
export interface RepeatView {
  readonly subject: Subject;
  readonly sha: string;
  readonly state: RequestState;
  readonly verdict: string | undefined;
  readonly sentence: string | undefined;
  readonly link: string | undefined;
}

/** The search for whose fault a red verdict is. */
export interface DiagnosisView {
  readonly goesOn: boolean;
  /** Undefined, too, where it was given up before it came to one. */
  readonly conclusion: Conclusion | undefined;
  /** What shows a fault of infrastructure. */
  readonly evidence: readonly string[];
  readonly repeats: readonly RepeatView[];
}

/** All that a report says; the same view gives the same text. */
export interface ReportView {
  /** The newest request of the pull request. */
  readonly request: RequestView;
  /** How many start before it, as it looks now; only of one that waits. */
  readonly ahead: number;
  /** The document of its run, where that can be had. */
  readonly results: RunResults | undefined;
  readonly diagnosis?: DiagnosisView | undefined;
  /** Labels that it needs, where no living worker has them all; only of one that waits. */
  readonly missingLabels?: readonly string[] | undefined;
  /** Older requests of the pull request that are not over. */
  readonly stillOpen: readonly RequestView[];
  /** The last one before that ended with a verdict. */
  readonly previous: RequestView | undefined;
  /** The address of a run's files, with a slash at its end; undefined where nothing serves them. */
  readonly linkOf: (runId: string) => string | undefined;
}
