import type { Fault } from '../base/errors.ts';
import type { Tier } from '../results/schema.ts';
import type { Subject } from './diagnosis.ts';

/** What someone asked for: the one thing that leaves the bridge. */
export interface NewRequest {
  readonly forge: string;
  readonly repositoryId: number;
  readonly pullRequest: number;
  readonly recipe: string;
  /** Full commit id of the head that is to be tested. */
  readonly sha: string;
  readonly options: RequestOptions;
  readonly askedBy: string;
  readonly commentId: number | undefined;
  /** The app's domain; at most one live run has it. */
  readonly domain: string;
  /** Labels that its worker has to have; any worker will do without them. */
  readonly runsOn?: readonly string[] | undefined;
  /** Higher goes first. People ask with 0, sweeps with less. */
  readonly priority?: number | undefined;
}

export interface RequestOptions {
  readonly tiers: readonly Tier[] | 'all';
  readonly base: string | undefined;
  /** False: a red verdict stands as it is, and nothing is run again to find whose fault it is. */
  readonly diagnose?: boolean | undefined;
  /** The branch that the pull request is to be merged into; the default branch unless known. */
  readonly into?: string | undefined;
}

/** A request that this worker has, until its lease ends. */
export interface Lease {
  readonly requestId: number;
  /** Goes with everything that is written for it; whoever has an older one writes nothing. */
  readonly fence: number;
  readonly attempt: number;
  /** How long it had waited when it was taken. */
  readonly waitedSeconds: number;
  /** Set where it is run to explain another one's red verdict. */
  readonly subject: Subject | undefined;
  readonly request: NewRequest;
}

export interface Worker {
  readonly name: string;
  readonly slots: number;
  readonly domainSuffix: string;
  readonly labels: readonly string[];
}

/** How a run ended, as the index keeps it; the run's own directory is the truth. */
export interface Outcome {
  readonly runId: string | undefined;
  readonly verdict: 'success' | 'failure' | 'error' | 'cancelled';
  readonly level: number;
  readonly sentence: string;
  readonly fault?: Fault | undefined;
  readonly failedTiers?: readonly Tier[] | undefined;
}
