import type { RegistryAnswer } from './registry-answer.ts';

/** What has been seen of a stack so far: the one input of readiness and of every cause. Times are Unix milliseconds. */
export interface Observation {
  readonly stackName: string;
  readonly nowMs: number;
  /** When the deploy began; what ended before that is history. */
  readonly sinceMs: number;
  readonly policy: WaitPolicy;
  readonly services: readonly ObservedService[];
  /** Filled only while a task is kept from being scheduled; counting addresses is not free. */
  readonly networks: readonly ObservedNetwork[];
}

/** When a sign becomes a verdict. The defaults are in `DEFAULT_POLICY`. */
export interface WaitPolicy {
  /** So many exits within `exitWindowMs`, after all other services were ready, are a crash loop. */
  readonly exits: number;
  /**
   * So many are enough where every other service has a health check that passed, or where there is no other. Without a
   * health check “ready” only means that a program runs: it may still open its port, and one more exit is granted for that.
   * One exit is never enough, because what a passing health check promises may be true a moment later for others.
   */
  readonly exitsProven: number;
  readonly exitWindowMs: number;
  /** A task that is pending with a reason for so long is not going to be scheduled. */
  readonly pendingMs: number;
  /** So long after its end a task may still count as there for the scheduler; a busy manager was seen to take some seconds. */
  readonly leavingMs: number;
  /** A task leaves `new` within a second or two unless it waits for an address. */
  readonly newMs: number;
  /** A program without a health check has to run so long before it counts, and five times as long once it has ended. */
  readonly steadyMs: number;
  /** So many rejections of an unrecognised kind end the wait. */
  readonly rejections: number;
}

export const DEFAULT_POLICY: WaitPolicy = {
  exits: 3,
  exitsProven: 2,
  exitWindowMs: 60_000,
  pendingMs: 2000,
  leavingMs: 10_000,
  newMs: 5000,
  steadyMs: 1000,
  rejections: 2,
};

/** At the end of a wait every sign counts, however small: it is the best that is known. */
export const FINAL_POLICY: WaitPolicy = {
  exits: 1,
  exitsProven: 1,
  exitWindowMs: Infinity,
  pendingMs: 0,
  leavingMs: 0,
  newMs: 0,
  steadyMs: 1000,
  rejections: 1,
};

export interface ObservedService {
  readonly service: string;
  readonly serviceId: string;
  readonly image: string;
  readonly mode: 'replicated' | 'global' | 'job';
  readonly desired: number;
  /** Running tasks of our template; for a job, completed ones. */
  readonly running: number;
  /** Tasks of an older template that are still wanted. */
  readonly outdated: number;
  /** Tasks that are to stop and have not, or have only just: until then their host ports are not free. */
  readonly leaving: number;
  /** True while a task waits for a port of the host that no task of any service has: the scheduler will hear of it. */
  readonly awaitsFreePort?: boolean;
  readonly hasHealthcheck: boolean;
  /** False while what runs has not been running for long enough to be believed. */
  readonly steady: boolean;
  readonly restartCondition: 'none' | 'on-failure' | 'any';
  /** 0 means without limit. */
  readonly maxAttempts: number;
  readonly needsVirtualIp: boolean;
  readonly virtualIps: number;
  readonly networkIds: readonly string[];
  /** Names beside its own by which services on its networks find it; undefined where they were not read. */
  readonly aliases?: readonly string[];
  readonly update: ObservedUpdate | undefined;
  /** True when the Engine no longer holds the template that was deployed. */
  readonly replaced: boolean;
  /** When what made it ready began to run, however it went on. */
  readonly readyAtMs: number | undefined;
  /** What is known of why the Engine has no image for it; asked once a task was rejected for that. */
  readonly imageAnswer?: ImageAnswer | undefined;
  /** Architectures, looked up once the kernel refused to run its program. */
  readonly platform?: { readonly imageFor: string; readonly hostArchitecture: string } | undefined;
  /** Tasks of our template, oldest first, also those the Engine has forgotten since. */
  readonly tasks: readonly ObservedTask[];
}

/** The registry's answer through the Engine: it has the image, or why it cannot be had. */
export type ImageAnswer =
  | { readonly state: 'asking' | 'there' }
  | { readonly state: 'refused'; readonly answer: RegistryAnswer };

/** The update that belongs to this deploy; older ones are left out. */
interface ObservedUpdate {
  readonly state: string;
  readonly message: string;
  readonly startedAtMs: number;
}

export interface ObservedTask {
  readonly id: string;
  readonly slot: number | undefined;
  readonly state: string;
  readonly desiredState: string;
  readonly message: string;
  readonly error: string;
  readonly createdAtMs: number;
  /** When it entered its state. */
  readonly atMs: number;
  readonly exitCode: number | undefined;
  readonly container: ObservedContainer | undefined;
}

export interface ObservedContainer {
  readonly id: string;
  readonly diedAtMs: number | undefined;
  readonly exitCode: number | undefined;
  readonly oomAtMs: number | undefined;
  readonly unhealthyAtMs: number | undefined;
  /** When the first probe failed. */
  readonly probeFailedAtMs?: number | undefined;
  /** What the last failed probes said, oldest first. */
  readonly probes: readonly string[];
  readonly lastLines: readonly string[];
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnet: string;
  readonly total: number;
  readonly used: number;
  readonly free: number;
}

/** True when all that is wanted of a service is there: for an update only tasks of the new template count. */
export function isReady(service: ObservedService): boolean {
  const givenUp = service.update?.state === 'paused' || service.update?.state.startsWith('rollback') === true;
  return (
    !givenUp && !service.replaced && service.outdated === 0 && service.running >= service.desired && service.steady
  );
}
