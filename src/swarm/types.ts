import type { Fault } from '../base/errors.ts';

/** Labels on everything a run makes (design, law 4). `cc-ci.run` is the run's id. */
export const RUN_LABEL = 'cc-ci.run';
export const RECIPE_LABEL = 'cc-ci.recipe';
/** Unix seconds after which a janitor may remove the object if no live run holds its lock. */
export const EXPIRES_LABEL = 'cc-ci.expires';
/** The state directory whose locks tell whether the run is alive: several may share one Engine. */
export const STATE_LABEL = 'cc-ci.state';
/** On what set-up made for good (the `proxy` network, the built-in router). Never removed by a run or a janitor. */
export const MANAGED_LABEL = 'cc-ci.managed';
export const STACK_LABEL = 'com.docker.stack.namespace';

/** What the Engine on this host can do; read once per run and recorded in the plan. */
export interface EngineFacts {
  readonly socket: string;
  readonly engineVersion: string;
  /** The negotiated API version, e.g. `1.41`. */
  readonly apiVersion: string;
  readonly swarm: 'manager' | 'worker' | 'inactive';
  readonly nodeId: string | undefined;
  readonly nodes: number;
  /** False where the kernel has no IPVS: no VIPs and no ingress mesh; `adapt` then changes the stack. */
  readonly ipvs: boolean;
  readonly architecture: string;
}

/** One change that a kernel without IPVS made necessary; shown in plan and verdict. */
export interface Adaptation {
  readonly service: string;
  readonly change: 'endpoint-mode-dnsrr' | 'ingress-port-to-host-port' | 'update-order-stop-first';
  readonly detail: string;
}

/** A known failure, found while a stack converged. One small file per cause makes these: `src/swarm/causes/`. */
export interface Cause {
  /** Stable and documented, e.g. `image-not-found`. */
  readonly code: string;
  readonly service: string;
  /** One line a maintainer understands. */
  readonly sentence: string;
  readonly fault: Fault;
  /** What to do. */
  readonly hint: string;
  /** Task error, last log or probe lines. */
  readonly evidence: readonly string[];
  /** When its first signal was seen: ISO time. */
  readonly firstSignal: string;
}

export interface ServiceState {
  readonly service: string;
  readonly serviceId: string;
  readonly image: string;
  readonly running: number;
  readonly desired: number;
  readonly hasHealthcheck: boolean;
  readonly updateState: string | undefined;
  /** Milliseconds from the deploy call until the service was N/N (and healthy). */
  readonly readyMs: number | undefined;
  readonly restarts: number;
}

/** How waiting for a stack ended. `rolled-back` and `paused` are endings of an update that never count as success. */
export interface Convergence {
  readonly outcome: 'converged' | 'failed' | 'rolled-back' | 'paused' | 'timeout' | 'cancelled';
  readonly services: readonly ServiceState[];
  /** The first in time leads. A service that is not ready for no known reason has the cause `unknown`. */
  readonly causes: readonly Cause[];
  /** Things that healed by themselves and are worth a mention (one failed start, say). */
  readonly notes: readonly string[];
  /** What the deploy asked for: all new, a real change, labels or limits only, or nothing at all. */
  readonly updates: 'fresh' | 'changed' | 'spec-only' | 'none';
  readonly ms: number;
}

/** How one service stood before and after a `docker stack deploy`. */
export interface DeployedService {
  /** The key in the stack file. */
  readonly service: string;
  readonly serviceId: string;
  readonly kind: 'created' | 'updated' | 'unchanged';
  readonly image: string;
  readonly versionBefore: number | undefined;
  readonly versionAfter: number;
  /** `UpdateStatus.StartedAt` before the deploy: a later one belongs to this update. */
  readonly updateStartedBefore: string | undefined;
  /** Hash of the whole spec that was asked for; the Engine showing another one means a rollback or a foreign hand. */
  readonly specHash: string;
  /** Hash of the task template: tasks of another template are not ours. */
  readonly taskHash: string;
  /** False when tasks of before the deploy may have the very same template. */
  readonly templateChanged: boolean;
  /** True when the Engine has to replace the tasks (template or endpoint changed). */
  readonly replacesTasks: boolean;
}

/** What one `docker stack deploy` asked the Engine for. */
export interface DeployRecord {
  readonly stackName: string;
  /** Version of the docker CLI that did it. */
  readonly cliVersion: string;
  /** Unix milliseconds just before the call, by the Engine's clock. */
  readonly startedAtMs: number;
  /** The same moment by the clock of this process that only counts forwards, in milliseconds. */
  readonly startedTick?: number | undefined;
  readonly ms: number;
  readonly services: readonly DeployedService[];
  /** What the CLI said on its standard error, e.g. options it ignores. */
  readonly warnings: readonly string[];
}

/** Everything the Engine holds for a run or a stack; empty arrays mean nothing is left. */
export interface Inventory {
  readonly services: readonly string[];
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
  readonly configs: readonly string[];
}

export interface Removal {
  readonly removed: Inventory;
  /** What could not be removed; anything here fails the run, by name. */
  readonly residue: Inventory;
  readonly ms: number;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** An image as the run will use it: a digest where a registry gave one, the local image id otherwise. */
export interface ImagePin {
  readonly reference: string;
  readonly digest: string | undefined;
  readonly imageId: string;
  readonly source: 'local' | 'registry';
  readonly bytes: number;
  readonly pullMs: number;
}

/** What one service used while it was watched. */
export interface ServiceUsage {
  readonly service: string;
  readonly peakMemoryBytes: number;
  readonly cpuSeconds: number;
}
