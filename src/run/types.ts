import type { BackupPlan, Canary, CanaryCheck, HookRun, SnapshotReport } from '../backup/types.ts';
import type { Fault } from '../base/errors.ts';
import type { Bounds } from '../config/bounds.ts';
import type { TestReport } from '../custom/types.ts';
import type { Edge, ProbeAnswer } from '../edge/types.ts';
import type { Customisation, LintResult, Resources, Tier } from '../results/schema.ts';
import type { Adaptation, Cause, Convergence, EngineFacts, ImagePin } from '../swarm/types.ts';
import type { RoomNeed } from './capacity/need.ts';
import type { ApprovalRule } from './plan/approval.ts';
import type { ClientOf } from './plan/clients.ts';

export const TIERS: readonly Tier[] = ['install', 'upgrade', 'backup', 'restore', 'functional', 'lint'];

/** What was asked for: by a person at a terminal today, by the bridge tomorrow. */
export interface RunRequest {
  /** Path or URL of a recipe repository. */
  readonly source: string;
  readonly ref: string | undefined;
  /** A version or ref to upgrade from. */
  readonly base: string | undefined;
  readonly tiers: readonly Tier[];
  readonly domain: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Secret id → value, for secrets that are not to be generated. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly worktree: boolean;
  readonly keep: boolean;
  /** Seconds for the whole run, teardown excluded. */
  readonly deadlineSeconds: number;
  /** What planted data is named after; the run's id unless an earlier run is made again. */
  readonly seed?: string | undefined;
  /** Set where strangers may have written the commit: what reaches beyond its stack then needs an approval. */
  readonly approval?: ApprovalRule | undefined;
}

/** Where a recipe says it is healthy and how long it may take; from its `recipe.yaml` or the defaults. */
export interface ProbeSettings {
  readonly healthPath: string;
  readonly healthOk: readonly number[];
  /** Services without HTTP are probed by TCP on a host port. */
  readonly tcp: readonly { readonly port: number; readonly stable: number }[];
  /** What is photographed; the health path in plans of before it could be chosen. */
  readonly screenshotPath?: string | undefined;
}

/** What the upgrade starts from. */
export interface PlannedBase {
  readonly version: string;
  readonly commit: string;
  readonly reason: string;
  /** Files of the enrolled recipe's `previous/` that were laid over it, without which it could not be deployed. */
  readonly repaired?: readonly string[] | undefined;
}

/** Another recipe that is deployed for the run, because its app needs it. */
export interface PlannedDependency {
  readonly recipe: string;
  readonly version: string;
  readonly commit: string;
  readonly source: string;
  readonly domain: string;
  readonly stackName: string;
  readonly hostPorts: readonly number[];
}

export interface PlannedTier {
  readonly tier: Tier;
  readonly run: boolean;
  /** Why it will run or be skipped. */
  readonly reason: string;
  /** False: it is skipped only because nobody asked for it. */
  readonly intentionalSkip: boolean;
}

export interface PlannedImage {
  readonly service: string;
  readonly moment: 'base' | 'head';
  readonly reference: string;
  /** Known before anything is touched for images that are here already. */
  readonly imageId: string | undefined;
  readonly digest: string | undefined;
}

export interface PlannedApp {
  readonly versionLabel: string;
  readonly commit: string;
  readonly composeFiles: readonly string[];
  readonly services: readonly string[];
  readonly volumes: readonly string[];
  readonly secretNames: readonly string[];
  readonly configNames: readonly string[];
  /** Who talks to whom inside the stack, as far as its file tells. */
  readonly clients: readonly ClientOf[];
  readonly timeoutSeconds: number;
}

/** Everything that will happen, known in full before anything is touched. Stored as `plan.json`. */
export interface Plan {
  readonly runId: string;
  /** What names and tokens of the planted data are made from; the run's id where it is missing. */
  readonly seed?: string | undefined;
  readonly toolVersion: string;
  readonly createdAt: string;
  readonly recipe: {
    readonly name: string;
    readonly source: string;
    readonly ref: string;
    readonly commit: string;
    readonly dirty: boolean;
    readonly version: string;
  };
  readonly base: PlannedBase | undefined;
  readonly head: PlannedApp;
  readonly baseApp: PlannedApp | undefined;
  /** In the order in which they are deployed; missing in plans of before there were any. */
  readonly dependencies?: readonly PlannedDependency[] | undefined;
  readonly tiers: readonly PlannedTier[];
  readonly partial: boolean;
  readonly domain: string;
  readonly stackName: string;
  /** What the app is asked to answer; empty for one that asks for no route. */
  readonly hosts: readonly string[];
  /** Route labels that the operator's proxy would not take, and why. */
  readonly droppedRoutes?: readonly string[];
  readonly probes: ProbeSettings;
  readonly images: readonly PlannedImage[];
  readonly hostPorts: readonly number[];
  /** What the run takes of the host; missing in plans of before it was recorded. */
  readonly need?: RoomNeed | undefined;
  readonly freeAddresses: number;
  readonly freeMemoryBytes?: number | undefined;
  readonly freeDiskBytes: number;
  readonly engine: EngineFacts;
  readonly edge: Edge;
  readonly adaptations: readonly Adaptation[];
  readonly warnings: readonly string[];
  /** What the run may take; missing in plans of before there were any. */
  readonly bounds?: Bounds | undefined;
  /** What was set for this recipe beyond what it says itself; missing in plans of before it was recorded. */
  readonly customisation?: Customisation | undefined;
  /** What a server would ask an approval for, by its ids; missing in plans of before there were approvals. */
  readonly needsApproval?: readonly string[] | undefined;
  readonly backup: BackupPlan;
  readonly deadlineSeconds: number;
  readonly keep: boolean;
  /** True for a session of `cc-ci test --watch`: its rounds are no run and have no verdict. */
  readonly watch?: boolean | undefined;
}

/** When in the run something was observed. */
export type Moment = 'install' | 'upgrade' | 'restore';

/**
 * What was observed, when and where. Facts judge nothing: `judge(plan, facts)` does. They are appended to `facts.ndjson`
 * as they are made; together with the plan they are the run.
 */
export type Fact = { readonly at: string } & Observation;

export type Observation =
  | {
      /** How a dependency came up. Its own facts lie in `dependencies/<recipe>/`. */
      readonly fact: 'dependency';
      readonly recipe: string;
      readonly version: string;
      readonly commit: string;
      readonly domain: string;
      readonly stackName: string;
      readonly up: boolean;
      /** Counted apart from the app's. */
      readonly deploys: { readonly fresh: number; readonly updates: number };
      readonly images: readonly ImagePin[];
      readonly ms: number;
    }
  /** A dependency that fell over, or stopped to answer, while the app was up. */
  | { readonly fact: 'dependency-lost'; readonly recipe: string; readonly sentence: string }
  | { readonly fact: 'images'; readonly moment: 'base' | 'head'; readonly pins: readonly ImagePin[] }
  | {
      readonly fact: 'deployed';
      readonly moment: Moment;
      readonly fresh: boolean;
      readonly ms: number;
      /** Services whose tasks the Engine replaces for it; the others keep theirs, and what these know of addresses. */
      readonly replaced: readonly string[];
    }
  | {
      /** What the app's address answered before there was an app: whatever answers then is something else. */
      readonly fact: 'asked-before';
      readonly url: string;
      readonly answer: ProbeAnswer;
      /** It would have counted as serving. */
      readonly serves: boolean;
    }
  | { readonly fact: 'converged'; readonly moment: Moment; readonly convergence: Convergence }
  | {
      readonly fact: 'served';
      readonly moment: Moment;
      readonly answers: readonly ProbeAnswer[];
      readonly ok: boolean;
      readonly ms: number;
    }
  | { readonly fact: 'unserved'; readonly moment: Moment; readonly causes: readonly Cause[] }
  | {
      readonly fact: 'tcp';
      readonly moment: Moment;
      readonly port: number;
      readonly ok: boolean;
      readonly detail: string;
    }
  | {
      readonly fact: 'command';
      readonly moment: Moment;
      readonly service: string;
      readonly command: string;
      readonly exitCode: number;
      readonly output: string;
    }
  | {
      readonly fact: 'moved';
      readonly services: readonly ServiceMove[];
      readonly pruned: readonly string[];
      readonly changed: boolean;
      /** Only labels differ: no task was replaced. */
      readonly labelsOnly?: boolean;
    }
  | { readonly fact: 'planted'; readonly canaries: readonly Canary[]; readonly problems: readonly string[] }
  | {
      readonly fact: 'canaries';
      readonly moment: 'after-upgrade' | 'after-restore';
      readonly checks: readonly CanaryCheck[];
    }
  | {
      readonly fact: 'stayed-up';
      /** When it had been seen up last. */
      readonly moment: Moment;
      /** Services of which a task failed after that. */
      readonly fallen: readonly { readonly service: string; readonly error: string }[];
      /** The app's answer at the end of the run; undefined for one that is not routed. */
      readonly lastAnswer?: { readonly url: string; readonly ok: boolean; readonly seen: string } | undefined;
      /** Containers of another image than the one that was pinned for their service. */
      readonly drifted?: readonly ImageDrift[];
    }
  | {
      readonly fact: 'uncovered';
      readonly data: readonly string[];
      /** Of these, the databases that run as servers: what they hold is no cache. */
      readonly databases?: readonly string[];
    }
  | {
      readonly fact: 'destroyed';
      readonly checks: readonly CanaryCheck[];
      readonly emptied: readonly string[];
      readonly stopped: readonly string[];
    }
  | { readonly fact: 'hooks'; readonly moment: 'backup' | 'restore'; readonly hooks: readonly HookRun[] }
  | { readonly fact: 'snapshot'; readonly report: SnapshotReport; readonly attempts: number; readonly settled: boolean }
  | {
      readonly fact: 'restored';
      readonly ms: number;
      readonly expected: readonly string[];
      /** Of these, what was back before the dump that should bring it back was restored. */
      readonly early?: readonly string[];
    }
  | { readonly fact: 'tests'; readonly report: TestReport }
  | { readonly fact: 'lint'; readonly results: readonly LintResult[] }
  | { readonly fact: 'screenshot'; readonly file: string | undefined; readonly detail: string }
  | { readonly fact: 'resources'; readonly resources: Resources }
  | {
      readonly fact: 'teardown';
      readonly removed: number;
      readonly residue: readonly string[];
      readonly ms: number;
      readonly kept: boolean;
    }
  | { readonly fact: 'leak-scan'; readonly leaks: readonly string[] }
  | {
      /** A container met a limit that is not its recipe's but a bound of ours. */
      readonly fact: 'bound-reached';
      readonly service: string;
      readonly what: 'memory' | 'pids';
      /** Bytes, or processes. */
      readonly limit: number;
    }
  | {
      readonly fact: 'interrupted';
      readonly by: 'signal' | 'deadline' | 'engine' | 'bound';
      readonly detail: string;
    }
  | {
      readonly fact: 'step-failed';
      readonly tier: Tier | undefined;
      readonly step: string;
      readonly code: string;
      readonly sentence: string;
      readonly fault: Fault;
      readonly hint: string | undefined;
      readonly evidence: readonly string[];
    }
  | { readonly fact: 'note'; readonly sentence: string };

/** One service after the upgrade, held against the head's compose file. */
export interface ServiceMove {
  readonly service: string;
  readonly expectedImage: string;
  readonly runningImage: string | undefined;
  readonly imageMatches: boolean;
  readonly labelsMatch: boolean;
  readonly configsMatch: boolean;
}

/** A container that does not run what its service's image was known to be. */
export interface ImageDrift {
  readonly service: string;
  readonly reference: string;
  readonly pinned: string;
  readonly running: string;
}

/** How to undo a step; data, so that another process can do it after a crash. Every undo may be done twice. */
export type Undo =
  | { readonly kind: 'stack'; readonly stackName: string; readonly runId: string }
  | { readonly kind: 'directory'; readonly path: string };

export interface JournalEntry {
  readonly seq: number;
  readonly at: string;
  readonly event: 'begin' | 'end' | 'failed' | 'undone' | 'closed' | 'kept';
  readonly step: string;
  readonly undo?: Undo | undefined;
  readonly detail?: string | undefined;
}
