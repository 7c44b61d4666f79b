import { largest } from '../base/lists.ts';
import type { ApiService, ApiTask } from './api-types.ts';
import { findMissingImage } from './causes/missing-image.ts';
import { isExecFormatError } from './causes/wrong-architecture.ts';
import { shortName, stackServices } from './deploy.ts';
import type { Engine } from './engine.ts';
import { engineNow } from './engine-clock.ts';
import { hashTemplate } from './hash.ts';
import { isLeaving } from './leaving.ts';
import { readNetworkUsage } from './network-usage.ts';
import { isReady, type Observation, type ObservedService, type ObservedTask, type WaitPolicy } from './observation.ts';
import { type ContainerWatch, watchContainers } from './observe-containers.ts';
import { type ImageWatch, watchImages } from './observe-images.ts';
import { portIsHeld } from './port-holders.ts';
import { type DeployedService, type DeployRecord, STACK_LABEL } from './types.ts';
import { watchEvents } from './wait.ts';

/** Looks at a stack again and again and remembers what the Engine forgets. */
export interface StackObserver extends Disposable {
  look(): Promise<Observation>;
  /** Resolves at the next event of the stack, after `maxMs` at the latest. */
  changed(maxMs: number): Promise<'event' | 'time'>;
  /** Asks for state and last lines of the newest container of each service that is not ready: for a wait that ends. */
  examine(observation: Observation): Promise<void>;
}

export interface ObserverOptions {
  readonly deploy: DeployRecord;
  readonly policy: WaitPolicy;
  readonly signal: AbortSignal;
}

export function observeStack(engine: Engine, options: ObserverOptions): StackObserver {
  const { deploy, policy, signal } = options;
  const containers = watchContainers(engine);
  const images = watchImages(engine, signal);
  const tasksSeen = new Map<string, ApiTask>();
  const readyAt = new Map<string, number>();
  const hashOf = rememberHashes();
  const bell = watchEvents(
    engine,
    {
      filters: {
        type: ['container', 'service'],
        event: ['start', 'die', 'oom', 'health_status', 'exec_create', 'exec_die', 'update'],
      },
      sinceMs: deploy.startedAtMs,
      signal,
    },
    ({ Type, Action, Actor, timeNano }) => {
      if (Type === 'service') return Actor.Attributes?.['name']?.startsWith(`${deploy.stackName}_`) === true;
      if (Actor.Attributes?.[STACK_LABEL] !== deploy.stackName) return false;
      containers.take({ Type, Action, Actor, timeNano });
      // Probes come every second or so, and few of them change anything: the next look is soon enough.
      return !Action.startsWith('exec_');
    },
  );
  return {
    changed: (maxMs) => bell.wait(maxMs),
    async look() {
      const [services, tasks] = await Promise.all([
        stackServices(engine, deploy.stackName),
        engine.tasks({ label: [`${STACK_LABEL}=${deploy.stackName}`] }),
      ]);
      for (const task of tasks) {
        tasksSeen.set(task.ID, task);
        const { State, ContainerStatus } = task.Status;
        const ended = State === 'failed' || State === 'complete';
        if (ended && Date.parse(task.Status.Timestamp) >= deploy.startedAtMs && ContainerStatus?.ContainerID) {
          containers.inspect(ContainerStatus.ContainerID);
        }
      }
      await containers.settle();
      const observe = () =>
        services.flatMap((service) => {
          const deployed = deploy.services.find(({ serviceId }) => serviceId === service.ID);
          if (deployed === undefined) return [];
          const own = [...tasksSeen.values()].filter(({ ServiceID }) => ServiceID === service.ID);
          const current = withImage(
            readService({ deploy, deployed, policy, containers, hashOf }, service, own, tasks),
            images,
          );
          if (isReady(current) && !readyAt.has(service.ID)) {
            readyAt.set(
              service.ID,
              Math.max(deploy.startedAtMs, largest(current.tasks.filter(runs).map(({ atMs }) => atMs))),
            );
          }
          return [{ ...current, readyAtMs: readyAt.get(service.ID) }];
        });
      let observed = observe();
      // The Engine has given up, so there is no next look: what was asked about images is waited for now.
      if (services.some(({ UpdateStatus }) => isGivenUp(UpdateStatus?.State)) && (await images.settle())) {
        observed = observe();
      }
      observed = await withFreePorts(engine, services, observed);
      const nowMs = engineNow(deploy);
      const waiting = observed.filter(({ tasks }) =>
        tasks.some(
          ({ state, createdAtMs, error }) =>
            (BEFORE_START.includes(state) && nowMs - createdAtMs >= policy.newMs) ||
            error.includes('ip addresses may be exhausted'),
        ),
      );
      const networks =
        waiting.length === 0
          ? []
          : await readNetworkUsage(
              engine,
              waiting.flatMap(({ networkIds }) => networkIds),
            ).catch(() => []);
      return { stackName: deploy.stackName, nowMs, sinceMs: deploy.startedAtMs, policy, services: observed, networks };
    },
    async examine(observation) {
      for (const service of observation.services) {
        const newest = [...tasksSeen.values()]
          .filter(({ ServiceID }) => ServiceID === service.serviceId)
          .sort((left, right) => (left.CreatedAt < right.CreatedAt ? 1 : -1))
          .map(({ Status }) => Status.ContainerStatus?.ContainerID)
          .find((id) => id !== undefined && id !== '');
        if (!isReady(service) && newest !== undefined) containers.inspect(newest);
      }
      await Promise.all([containers.settle(), images.settle()]);
    },
    [Symbol.dispose]: () => bell[Symbol.dispose](),
  };
}

interface ReadContext {
  readonly deploy: DeployRecord;
  readonly deployed: DeployedService;
  readonly policy: WaitPolicy;
  readonly containers: ContainerWatch;
  readonly hashOf: (task: ApiTask) => string;
}

function readService(
  { deploy, deployed, policy, containers, hashOf }: ReadContext,
  service: ApiService,
  seen: readonly ApiTask[],
  present: readonly ApiTask[],
): ObservedService {
  const isOurs = (task: ApiTask) =>
    hashOf(task) === deployed.taskHash &&
    (!deployed.replacesTasks || deployed.templateChanged || Date.parse(task.CreatedAt) >= deploy.startedAtMs);
  const template = service.Spec.TaskTemplate;
  const restart = template.RestartPolicy;
  const own = present.filter((task) => task.ServiceID === service.ID);
  const wanted = own.filter((task) => task.DesiredState === 'running');
  const mode = modeOf(service);
  const replaced = hashTemplate(template) !== deployed.taskHash;
  const hasHealthcheck = hasTest(template.ContainerSpec?.Healthcheck?.Test);
  const running = wanted
    .filter(isOurs)
    .map((task) => readTask(task, containers))
    .filter(runs);
  const tasks = seen
    .filter((task) => isOurs(task) && isRecent(task, deploy.startedAtMs))
    .map((task) => readTask(task, containers))
    .sort((left, right) => left.createdAtMs - right.createdAtMs);
  return {
    service: shortName(deploy.stackName, service.Spec.Name),
    serviceId: service.ID,
    image: template.ContainerSpec?.Image ?? '',
    mode,
    desired: desiredOf(service, wanted),
    running:
      mode === 'job' ? own.filter((task) => isOurs(task) && task.Status.State === 'complete').length : running.length,
    outdated: wanted.filter((task) => !isOurs(task)).length,
    leaving: own.filter((task) => isLeaving(task, policy, engineNow(deploy))).length,
    hasHealthcheck,
    steady: hasHealthcheck || mode === 'job' || isSteady(running, tasks, policy, engineNow(deploy)),
    restartCondition: restart?.Condition === 'none' || restart?.Condition === 'on-failure' ? restart.Condition : 'any',
    maxAttempts: restart?.MaxAttempts ?? 0,
    needsVirtualIp: service.Spec.EndpointSpec?.Mode !== 'dnsrr' && (template.Networks ?? []).length > 0,
    virtualIps: (service.Endpoint?.VirtualIPs ?? []).filter(({ Addr }) => Addr !== undefined).length,
    networkIds: (template.Networks ?? []).map(({ Target }) => Target),
    aliases: (template.Networks ?? []).flatMap(({ Aliases }) => Aliases ?? []),
    update: updateOf(deployed, service, replaced),
    replaced,
    readyAtMs: undefined,
    tasks,
  };
}

/** Adds what was found out of an image that a task failed of, and asks for it where nobody has. */
function withImage(service: ObservedService, images: ImageWatch): ObservedService {
  const missing = findMissingImage(service)?.image;
  if (missing !== undefined) images.askWhyMissing(missing);
  if (service.tasks.some(isExecFormatError)) images.askPlatform(service.image);
  return {
    ...service,
    imageAnswer: missing === undefined ? undefined : images.answerFor(missing),
    platform: images.platformOf(service.image),
  };
}

function isGivenUp(state: string | undefined): boolean {
  return state === 'paused' || state?.startsWith('rollback') === true;
}

/** Asks who has the ports that tasks wait for, only while one does. */
async function withFreePorts(
  engine: Engine,
  services: readonly ApiService[],
  observed: ObservedService[],
): Promise<ObservedService[]> {
  const awaits = ({ tasks }: ObservedService) =>
    tasks.some(({ state, error }) => state === 'pending' && error.includes('host-mode port already in use'));
  if (!observed.some(awaits)) return observed;
  const [all, tasks] = await Promise.all([engine.services(), engine.tasks()]);
  return observed.map((entry) => {
    const service = services.find(({ ID }) => ID === entry.serviceId);
    if (service === undefined || !awaits(entry)) return entry;
    return { ...entry, awaitsFreePort: !portIsHeld(service, all, tasks) };
  });
}

/** Where a task stays that lacks an address: of its own, or for its node's load balancer. */
const BEFORE_START: readonly string[] = ['new', 'preparing'];

/** The container's end is known some 80 ms before the task's state tells. */
function runs(task: ObservedTask): boolean {
  return task.state === 'running' && task.container?.diedAtMs === undefined;
}

/** A program that crashes at its start is `running` for a moment, and nothing but time tells the difference. */
function isSteady(
  running: readonly ObservedTask[],
  all: readonly ObservedTask[],
  policy: WaitPolicy,
  nowMs: number,
): boolean {
  const enough = policy.steadyMs * (all.some(({ state }) => state === 'failed') ? 5 : 1);
  return running.every(({ atMs }) => nowMs - atMs >= enough);
}

function hasTest(test: readonly string[] | undefined): boolean {
  return test !== undefined && test.length > 0 && test[0] !== 'NONE';
}

/** What ended before the deploy began tells nothing about it. */
function isRecent(task: ApiTask, sinceMs: number): boolean {
  const living = ['new', 'pending', 'assigned', 'accepted', 'preparing', 'ready', 'starting', 'running'];
  return living.includes(task.Status.State) || Date.parse(task.Status.Timestamp) >= sinceMs;
}

function readTask(task: ApiTask, containers: ContainerWatch): ObservedTask {
  const { Status: status } = task;
  return {
    id: task.ID,
    slot: task.Slot,
    state: status.State,
    desiredState: task.DesiredState,
    message: status.Message ?? '',
    error: status.Err ?? '',
    createdAtMs: Date.parse(task.CreatedAt),
    atMs: Date.parse(status.Timestamp),
    exitCode: status.ContainerStatus?.ExitCode,
    container: containers.known(status.ContainerStatus?.ContainerID),
  };
}

function modeOf({ Spec: { Mode: mode } }: ApiService): ObservedService['mode'] {
  if (mode?.ReplicatedJob !== undefined || mode?.GlobalJob !== undefined) return 'job';
  return mode?.Global === undefined ? 'replicated' : 'global';
}

function desiredOf({ Spec: { Mode: mode } }: ApiService, wanted: readonly ApiTask[]): number {
  if (mode?.ReplicatedJob !== undefined) return mode.ReplicatedJob.TotalCompletions ?? 1;
  // A global service has one task per node that fits; before its tasks exist that is at least one.
  if (mode?.Global !== undefined) return Math.max(1, wanted.length);
  return mode?.GlobalJob === undefined ? (mode?.Replicated?.Replicas ?? 1) : 1;
}

function updateOf(deployed: DeployedService, service: ApiService, replaced: boolean): ObservedService['update'] {
  const status = service.UpdateStatus;
  if (status?.State === undefined || deployed.kind === 'created') return undefined;
  const ours = status.StartedAt !== undefined && status.StartedAt !== deployed.updateStartedBefore;
  if (!ours && !(replaced && status.State.startsWith('rollback'))) return undefined;
  return {
    state: status.State,
    message: status.Message ?? '',
    startedAtMs: status.StartedAt === undefined ? Date.now() : Date.parse(status.StartedAt),
  };
}

/** A task's template never changes, so it is hashed once. */
function rememberHashes(): (task: ApiTask) => string {
  const hashes = new Map<string, string>();
  return (task) => {
    const hash = hashes.get(task.ID) ?? hashTemplate(task.Spec);
    hashes.set(task.ID, hash);
    return hash;
  };
}
