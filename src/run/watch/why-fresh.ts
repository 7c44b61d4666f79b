import type { Service, Stack } from '../../recipe/compose/types.ts';
import type { Picture } from './picture.ts';

/** Whether two values are the same, whatever the order of their keys. Pure. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/**
 * Why an app that is up cannot become what the recipe says now, one sentence each; empty when it can. The Engine changes
 * neither a secret, nor a network, nor a volume, nor the mode of a service; and what an app has written under the former
 * layout says nothing about the new one. Pure.
 */
export function whyFresh(before: Picture, after: Picture): string[] {
  return [
    ...secretReasons(before, after),
    ...layoutReasons(before.stack, after.stack),
    ...serviceReasons(before.stack, after.stack),
    ...commandReasons(before, after),
  ];
}

function secretReasons(before: Picture, after: Picture): string[] {
  const former = new Map(before.secrets.map((secret) => [secret.id, secret]));
  const changed = after.secrets.filter(({ id, name, modifiers }) => {
    const was = former.get(id);
    return was !== undefined && !(was.name === name && sameValue(was.modifiers, modifiers));
  });
  const files = Object.keys(after.contents).filter(
    (key) =>
      key.startsWith('secrets.') && before.contents[key] !== undefined && before.contents[key] !== after.contents[key],
  );
  return [...changed.map(({ id }) => id), ...files.map((key) => key.slice('secrets.'.length))].map(
    (id) => `the secret ${id} changed, and what the app made with its former value cannot be read with another`,
  );
}

function layoutReasons(before: Stack, after: Stack): string[] {
  const volumes = keysOf(before.volumes, after.volumes)
    .filter((id) => id in before.volumes !== id in after.volumes || !sameValue(before.volumes[id], after.volumes[id]))
    .map((id) => `the volume ${id} ${id in before.volumes ? (id in after.volumes ? 'changed' : 'is gone') : 'is new'}`);
  // A new network is made and one that nobody names any more does no harm, but one that exists keeps its former settings.
  const networks = Object.keys(after.networks)
    .filter((id) => id in before.networks && !sameValue(before.networks[id], after.networks[id]))
    .map((id) => `the network ${id} changed`);
  const mounts = Object.entries(after.services).flatMap(([name, service]) => {
    const former = before.services[name];
    return former === undefined || sameValue(volumeMounts(former), volumeMounts(service))
      ? []
      : [`${name} mounts volumes elsewhere`];
  });
  return [...volumes, ...networks, ...mounts];
}

function keysOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function volumeMounts({ volumes }: Service): unknown {
  return (volumes ?? []).filter(({ type }) => type === 'volume');
}

function serviceReasons(before: Stack, after: Stack): string[] {
  return Object.entries(before.services).flatMap(([name, service]) => {
    const now = after.services[name];
    if (now === undefined) return [`the service ${name} is gone`];
    const [was, is] = [service.deploy?.mode ?? 'replicated', now.deploy?.mode ?? 'replicated'];
    return was === is ? [] : [`${name} goes from mode ${was} to ${is}`];
  });
}

/** What `POST_DEPLOY_CMDS` does is done once, to a new app; the functions it calls stand in `abra.sh`. */
function commandReasons(before: Picture, after: Picture): string[] {
  if (!sameValue(before.postDeploy, after.postDeploy)) return ['POST_DEPLOY_CMDS changed: they are run on a new app'];
  if (after.postDeploy.length === 0 || before.files['abra.sh'] === after.files['abra.sh']) return [];
  return ['abra.sh changed, of which POST_DEPLOY_CMDS calls functions on a new app'];
}
