import type { Engine } from './engine.ts';
import { type Inventory, RUN_LABEL, STACK_LABEL } from './types.ts';

/** An object of the Engine, as far as ownership goes. `id` is what it is removed by: a name for volumes. */
export interface OwnedObject {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type ObjectKind = keyof Inventory;

export const OBJECT_KINDS: readonly ObjectKind[] = [
  'services',
  'containers',
  'networks',
  'configs',
  'secrets',
  'volumes',
];

export type InventoryScope = { readonly stackName: string } | { readonly runId: string };

/** All objects of the Engine that a predicate picks, by kind, sorted by name. */
export async function listObjects(
  engine: Engine,
  pick: (object: OwnedObject) => boolean,
): Promise<Readonly<Record<ObjectKind, readonly OwnedObject[]>>> {
  const [services, containers, networks, volumes, secrets, configs] = await Promise.all([
    engine.services(),
    engine.containers(),
    engine.networks(),
    engine.volumes(),
    engine.secrets(),
    engine.configs(),
  ]);
  const keep = <T>(list: readonly T[], read: (item: T) => OwnedObject) =>
    list
      .map(read)
      .filter(pick)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  const file = ({ ID, Spec }: (typeof secrets)[number]): OwnedObject => ({
    id: ID,
    name: Spec.Name,
    labels: Spec.Labels ?? {},
  });
  return {
    services: keep(services, ({ ID, Spec }) => ({ id: ID, name: Spec.Name, labels: Spec.Labels ?? {} })),
    containers: keep(containers, ({ Id, Names, Labels }) => ({
      id: Id,
      name: (Names[0] ?? Id).replace(/^\//, ''),
      labels: Labels,
    })),
    networks: keep(networks, ({ Id, Name, Labels }) => ({ id: Id, name: Name, labels: Labels ?? {} })),
    volumes: keep(volumes, ({ Name, Labels }) => ({ id: Name, name: Name, labels: Labels ?? {} })),
    secrets: keep(secrets, file),
    configs: keep(configs, file),
  };
}

/**
 * Everything the Engine holds of a run (by our label) or of a stack (by the stack's label and by the name prefix
 * `<stack>_`, whoever made it): the proof that nothing is left.
 */
export async function takeInventory(engine: Engine, scope: InventoryScope): Promise<Inventory> {
  const objects = await listObjects(engine, (object) => isInScope(object, scope));
  return {
    services: objects.services.map(({ name }) => name),
    containers: objects.containers.map(({ name }) => name),
    networks: objects.networks.map(({ name }) => name),
    volumes: objects.volumes.map(({ name }) => name),
    secrets: objects.secrets.map(({ name }) => name),
    configs: objects.configs.map(({ name }) => name),
  };
}

/** Whether an object counts for a scope. Pure. */
export function isInScope(object: OwnedObject, scope: InventoryScope): boolean {
  if ('runId' in scope) return object.labels[RUN_LABEL] === scope.runId;
  return isOfStack(object, scope.stackName);
}

/** By its label, or, where it has none, by its name: a secret made by the API has no stack label. */
export function isOfStack(object: OwnedObject, stackName: string): boolean {
  const stack = object.labels[STACK_LABEL];
  return stack === undefined ? object.name.startsWith(`${stackName}_`) : stack === stackName;
}

/** True when an inventory lists nothing. */
export function isEmpty(inventory: Inventory): boolean {
  return OBJECT_KINDS.every((kind) => inventory[kind].length === 0);
}

/** `network x_default`, one line for each object: for people. */
export function inventoryLines(inventory: Inventory): readonly string[] {
  return OBJECT_KINDS.flatMap((kind) => inventory[kind].map((name) => `${kind.slice(0, -1)} ${name}`));
}
