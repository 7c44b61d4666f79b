import { delay, startDeadline } from '../base/deadline.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-http.ts';
import { isOfStack, listObjects, OBJECT_KINDS, type ObjectKind, type OwnedObject, takeInventory } from './inventory.ts';
import { type Inventory, type Removal, RUN_LABEL, STACK_LABEL } from './types.ts';

export interface RemoveOptions {
  readonly stackName: string;
  readonly runId: string;
  /** Lets programs stop by themselves within their grace period; needed where their data is kept. */
  readonly graceful?: boolean | undefined;
  readonly keepVolumes?: boolean | undefined;
  /** Upper bound, 60 s unless given, 240 s for a graceful removal. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Removes what a run made of a stack, in an order that needs none of the Engine's own delays: programs are ended, then
 * go services, containers by force, networks, configs, secrets and volumes, each tried again until the Engine lets go of
 * it. Only objects that carry the run's label are touched. Verified by inventory, by label and by name; whatever is left
 * is `residue`. Can be repeated at any time; removals of one process run one after the other.
 */
export function removeStack(engine: Engine, options: RemoveOptions): Promise<Removal> {
  return engine.oneAtATime('removal', () => removeNow(engine, options));
}

/**
 * How soon the Engine is asked again after it would not let go of something, and how seldom at last: a network is released
 * within 0.4 s, a task in some cases within 3 s.
 */
const RETRY_MS = 30;
const SLOWEST_RETRY_MS = 200;

type Removed = Readonly<Record<ObjectKind, Set<string>>>;

async function removeNow(engine: Engine, options: RemoveOptions): Promise<Removal> {
  const started = performance.now();
  const { stackName, runId } = options;
  const isOurs = (object: OwnedObject) => object.labels[RUN_LABEL] === runId && isOfStack(object, stackName);
  const kinds = OBJECT_KINDS.filter((kind) => kind !== 'volumes' || options.keepVolumes !== true);
  const removed = Object.fromEntries(OBJECT_KINDS.map((kind) => [kind, new Set<string>()])) as unknown as Removed;
  using deadline = startDeadline(options.timeoutMs ?? (options.graceful === true ? 240_000 : 60_000));
  let stopFirst = options.graceful === true;
  let pauseMs = RETRY_MS;
  while (!deadline.expired()) {
    const objects = await listObjects(engine, isOurs);
    const found = kinds.some((kind) => objects[kind].length > 0);
    if (!found && !(await hasTasks(engine, options))) break;
    if (stopFirst) {
      await removeAll(engine, 'services', objects.services, removed);
      await Promise.all(objects.containers.map(({ id }) => tolerate(engine.stopContainer(id))));
      stopFirst = false;
    } else if (objects.services.length > 0) {
      // A task that has ended goes with its service; one that runs when its service goes is held for 3 s by its node.
      await Promise.all(objects.containers.map(({ id }) => tolerate(engine.killContainer(id))));
    }
    let letGo = true;
    for (const kind of kinds) letGo = (await removeAll(engine, kind, objects[kind], removed)) && letGo;
    if (found && letGo) continue;
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * 1.3, SLOWEST_RETRY_MS);
  }
  const rest = await takeInventory(engine, { stackName });
  const residue = options.keepVolumes === true ? { ...rest, volumes: [] } : rest;
  return { removed: toInventory(removed, rest), residue, ms: performance.now() - started };
}

/** Removes objects of one kind side by side; false when the Engine would not let go of one of them yet. */
async function removeAll(
  engine: Engine,
  kind: ObjectKind,
  objects: readonly OwnedObject[],
  removed: Removed,
): Promise<boolean> {
  const outcomes = await Promise.all(
    objects.map(async ({ id, name }) => {
      removed[kind].add(name);
      return tolerate(removeOne(engine, kind, id));
    }),
  );
  return outcomes.every(Boolean);
}

function removeOne(engine: Engine, kind: ObjectKind, id: string): Promise<void> {
  switch (kind) {
    case 'services':
      return engine.removeService(id);
    case 'containers':
      return engine.removeContainer(id);
    case 'networks':
      return engine.removeNetwork(id);
    case 'configs':
      return engine.removeConfig(id);
    case 'secrets':
      return engine.removeSecret(id);
    case 'volumes':
      return engine.removeVolume(id);
  }
}

/**
 * True when done, false when the Engine says no for now; any of its refusals may be over in a moment. So may its saying
 * that something is gone which it has just listed: newer Engines do that of a network for 0.2 s.
 */
async function tolerate(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error: unknown) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

/** A task that is still being prepared can make a container after its service is gone. */
async function hasTasks(engine: Engine, { stackName, runId }: RemoveOptions): Promise<boolean> {
  const tasks = await engine.tasks({ label: [`${STACK_LABEL}=${stackName}`] });
  return tasks.some(({ Spec }) => Spec.ContainerSpec?.Labels?.[RUN_LABEL] === runId);
}

function toInventory(removed: Removed, rest: Inventory): Inventory {
  const names = (kind: ObjectKind) => [...removed[kind]].filter((name) => !rest[kind].includes(name)).sort();
  return {
    services: names('services'),
    containers: names('containers'),
    networks: names('networks'),
    volumes: names('volumes'),
    secrets: names('secrets'),
    configs: names('configs'),
  };
}
