import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { type Overlay, rawDocuments } from '../recipe/compose/load.ts';
import { isRawMap, type RawMap } from '../recipe/compose/raw.ts';
import type { Recipe } from '../recipe/types.ts';

export const CI_OVERLAY = 'compose.ci.yml';

/** What a service is made of, not where it runs: with another of these, another app would be proven. */
const NOT_ENVIRONMENT: readonly { readonly path: readonly string[]; readonly why: string }[] = [
  { path: ['image'], why: 'a pinned image would prove another app than the recipe’s' },
  { path: ['build'], why: 'an image that is built here would prove another app than the recipe’s' },
  { path: ['entrypoint'], why: 'with another entrypoint another program would be proven' },
  { path: ['command'], why: 'with another command another program would be proven' },
  { path: ['healthcheck', 'test'], why: 'with another health check the recipe’s own would not be proven' },
  { path: ['healthcheck', 'disable'], why: 'without a health check the recipe’s own would not be proven' },
];

/**
 * `recipes/<name>/compose.ci.yml`: tweaks for where tests run (limits, environment, labels), laid over the recipe's stack files.
 * Undefined where there is none. `E_CI_OVERLAY` for what would change what is proven.
 */
export async function findCiOverlay(enrolledDir: string | undefined): Promise<Overlay | undefined> {
  if (enrolledDir === undefined) return undefined;
  const file = join(enrolledDir, CI_OVERLAY);
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (!there) return undefined;
  const overlay = { file: CI_OVERLAY, root: enrolledDir };
  const [document] = await rawDocuments({ files: [], root: enrolledDir, overlays: [overlay] });
  for (const [service, definition] of Object.entries(mapAt(document?.value, 'services'))) {
    const found = isRawMap(definition) ? NOT_ENVIRONMENT.find(({ path }) => holds(definition, path)) : undefined;
    if (found === undefined) continue;
    const path = ['services', service, ...found.path];
    throw new CodedError({
      code: 'E_CI_OVERLAY',
      message: found.why,
      fault: 'usage',
      where: { ...document?.locate(path), file, key: path.join('.') },
      hint: `leave ${found.path.join('.')} out of ${CI_OVERLAY}, or change the recipe`,
    });
  }
  return overlay;
}

/** A service that the recipe does not have would be proven along with it. `E_CI_OVERLAY`. */
export function refuseNewServices(overlay: Overlay, services: readonly string[], own: readonly string[]): void {
  const added = services.find((service) => !own.includes(service));
  if (added === undefined) return;
  throw new CodedError({
    code: 'E_CI_OVERLAY',
    message: `the recipe has no service ${added}`,
    fault: 'usage',
    where: { file: join(overlay.root, overlay.file), key: `services.${added}` },
    hint: `its services are ${own.join(', ')}`,
  });
}

/** The services that the recipe's own stack files name. */
export async function ownServices(recipe: Recipe, composeFiles: readonly string[]): Promise<readonly string[]> {
  const documents = await rawDocuments({ files: composeFiles, root: recipe.dir });
  return documents.flatMap(({ value }) => Object.keys(mapAt(value, 'services')));
}

function holds(map: RawMap, [key = '', ...rest]: readonly string[]): boolean {
  return Object.hasOwn(map, key) && (rest.length === 0 || holds(mapAt(map, key), rest));
}

function mapAt(map: RawMap | undefined, key: string): RawMap {
  const value = map?.[key];
  return value !== undefined && isRawMap(value) ? value : {};
}
