import type { Observation, ObservedContainer, ObservedService, ObservedTask } from '../../src/swarm/observation.ts';
import { DEFAULT_POLICY } from '../../src/swarm/observation.ts';
import type { DeployedService, DeployRecord } from '../../src/swarm/types.ts';

/** The moment at which every made-up deploy begins. */
export const START = Date.parse('2026-11-23T12:00:00Z');

export function container(more: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: 'c1',
    diedAtMs: undefined,
    exitCode: undefined,
    oomAtMs: undefined,
    unhealthyAtMs: undefined,
    probes: [],
    lastLines: [],
    ...more,
  };
}

export function task(more: Partial<ObservedTask> = {}): ObservedTask {
  return {
    id: 't1',
    slot: 1,
    state: 'running',
    desiredState: 'running',
    message: 'started',
    error: '',
    createdAtMs: START + 20,
    atMs: START + 900,
    exitCode: undefined,
    container: undefined,
    ...more,
  };
}

export function exit(code: number, atMs: number, more: Partial<ObservedTask> = {}): ObservedTask {
  return task({
    id: `t${atMs}`,
    state: 'failed',
    desiredState: 'shutdown',
    error: `task: non-zero exit (${code})`,
    exitCode: code,
    createdAtMs: START + atMs - 500,
    atMs: START + atMs,
    ...more,
  });
}

export function service(more: Partial<ObservedService> = {}): ObservedService {
  return {
    service: 'app',
    serviceId: 's-app',
    image: 'app:1',
    mode: 'replicated',
    desired: 1,
    running: 0,
    outdated: 0,
    leaving: 0,
    hasHealthcheck: false,
    steady: true,
    restartCondition: 'any',
    maxAttempts: 0,
    needsVirtualIp: false,
    virtualIps: 0,
    networkIds: [],
    update: undefined,
    replaced: false,
    readyAtMs: undefined,
    tasks: [],
    ...more,
  };
}

export function observation(services: readonly ObservedService[], more: Partial<Observation> = {}): Observation {
  return {
    stackName: 'st',
    nowMs: START + 30_000,
    sinceMs: START,
    policy: DEFAULT_POLICY,
    services,
    networks: [],
    ...more,
  };
}

export function deployed(more: Partial<DeployedService> = {}): DeployedService {
  return {
    service: 'app',
    serviceId: 's-app',
    kind: 'created',
    image: 'app:1',
    versionBefore: undefined,
    versionAfter: 10,
    updateStartedBefore: undefined,
    specHash: 'spec',
    taskHash: 'task',
    templateChanged: true,
    replacesTasks: true,
    ...more,
  };
}

export function deploy(services: readonly DeployedService[]): DeployRecord {
  return { stackName: 'st', cliVersion: '28.2.2', startedAtMs: START, ms: 40, services, warnings: [] };
}
