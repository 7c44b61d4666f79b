import type { Fault } from '../base/errors.ts';

/** Labels on everything a run makes (design, law 4). `cc-ci.run` is the run's id. */
export const RUN_LABEL = 'cc-ci.run';
export const RECIPE_LABEL = 'cc-ci.recipe';
/** Unix seconds after which a janitor may remove the object if no live run holds its lock. */
export const EXPIRES_LABEL = 'cc-ci.expires';
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
  readonly change: 'endpoint-mode-dnsrr' | 'ingress-port-to-host-port';
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
  /** The first in time leads. Empty when converged or when the cause is unknown. */
  readonly causes: readonly Cause[];
  /** Things that healed by themselves and are worth a mention (one failed start, say). */
  readonly notes: readonly string[];
  readonly ms: number;
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
