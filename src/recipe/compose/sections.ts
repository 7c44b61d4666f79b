import { relative } from 'node:path';
import { readInside } from '../inside.ts';
import { type Codec, extensionsOf, type Fields } from './codec.ts';
import { isInside, joinPath } from './confine.ts';
import { parseEnvFile } from './env-file.ts';
import { isAbsolutePath } from './mounts.ts';
import { refuse } from './problem.ts';
import { isRawMap, type Path, type Raw, type RawMap } from './raw.ts';
import { fileObjectShape, networkShape, serviceShape, volumeShape } from './shapes.ts';
import type { Lookup } from './template.ts';

export type Section = Readonly<Record<string, Fields>>;

/** One file after decoding, before it is merged with others. */
export interface DecodedFile {
  readonly services: Section;
  readonly networks: Section;
  readonly volumes: Section;
  readonly secrets: Section;
  readonly configs: Section;
  readonly extensions: Readonly<Record<string, Raw>> | undefined;
}

export interface Surroundings {
  /** The checkout; nothing outside is read. */
  readonly root: string;
  /** The directory of the first stack file: relative paths of every file start there. */
  readonly directory: string;
  readonly lookup: Lookup;
}

/** Decodes a document that passed the format check, reads its `env_file`s and makes its paths absolute. */
export async function decodeFile(document: RawMap, around: Surroundings): Promise<DecodedFile> {
  return {
    services: await decodeSection(document, 'services', serviceShape, (service, path) =>
      finishService(service, path, around),
    ),
    networks: await decodeSection(document, 'networks', networkShape, finishNetwork),
    volumes: await decodeSection(document, 'volumes', volumeShape, finishVolume),
    secrets: await decodeSection(document, 'secrets', fileObjectShape, (item, path) =>
      finishFileObject(item, path, around),
    ),
    configs: await decodeSection(document, 'configs', fileObjectShape, (item, path) =>
      finishFileObject(item, path, around),
    ),
    extensions: extensionsOf(document),
  };
}

type Finish = (item: Fields, path: Path) => Fields | Promise<Fields>;

async function decodeSection(
  document: RawMap,
  section: string,
  shape: Codec<Fields>,
  finish: Finish,
): Promise<Section> {
  const result: Record<string, Fields> = {};
  const items = document[section];
  for (const [name, raw] of Object.entries(isRawMap(items) ? items : {})) {
    const path = [section, name];
    result[name] = await finish(raw === null ? shape.zero : shape.decode(raw, path), path);
  }
  return result;
}

async function finishService(service: Fields, path: Path, around: Surroundings): Promise<Fields> {
  return {
    ...service,
    environment: await resolveEnvironment(service, path, around),
    volumes: resolveBinds(service, path, around),
  };
}

async function resolveEnvironment(service: Fields, path: Path, around: Surroundings): Promise<Fields> {
  const environment: Record<string, unknown> = {};
  const put = (key: string, value: unknown): void => {
    // Whoever deploys fills in what the recipe leaves open, be it null or an empty text.
    const open = value === null || value === undefined || value === '';
    environment[key] = open ? (around.lookup(key) ?? value) : value;
  };
  for (const [index, file] of ((service['env_file'] as readonly string[] | undefined) ?? []).entries()) {
    const content = await readEnvFile(file, [...path, 'env_file', index], around);
    for (const [key, value] of content) put(key, value);
  }
  for (const [key, value] of Object.entries((service['environment'] as Fields | undefined) ?? {})) put(key, value);
  return environment;
}

async function readEnvFile(file: string, path: Path, around: Surroundings): Promise<ReadonlyMap<string, string>> {
  const absolute = joinPath(around.directory, file);
  await confine(absolute, file, path, around);
  const content = await readInside(around.root, relative(around.root, absolute));
  if (content === undefined) refuse('E_COMPOSE_ENV_FILE', path, `names a file that does not exist: ${file}`);
  const values = parseEnvFile(content, around.lookup);
  return typeof values === 'string'
    ? refuse('E_COMPOSE_ENV_FILE', path, `names a file that cannot be read: ${file}, ${values}`)
    : values;
}

async function confine(absolute: string, stated: string, path: Path, around: Surroundings): Promise<void> {
  if (await isInside(around.root, absolute)) return;
  const hint = 'keep the file in the repository; symlinks may only point inside it';
  refuse('E_OUTSIDE_CHECKOUT', path, `leads out of the recipe's checkout: ${stated}`, hint);
}

function resolveBinds(service: Fields, path: Path, around: Surroundings): readonly Fields[] | undefined {
  return (service['volumes'] as readonly Fields[] | undefined)?.map((mount, index) => {
    if (mount['type'] !== 'bind') return mount;
    const source = stringOf(mount['source']);
    if (source === '') refuse('E_COMPOSE_VALUE', [...path, 'volumes', index], 'is a bind mount without a source');
    const home = source.startsWith('~') ? around.lookup('HOME') : undefined;
    const expanded = home === undefined ? source : `${home}${source.slice(1)}`;
    return { ...mount, source: isAbsolutePath(expanded) ? expanded : joinPath(around.directory, expanded) };
  });
}

/** `external` may carry a name of its own, an older way to write `name`; both at once are refused. */
function resolveExternal(item: Fields, path: Path): Fields | undefined {
  const external = (item['external'] ?? {}) as Fields;
  if (external['external'] !== true) return undefined;
  const name = stringOf(item['name']);
  const older = stringOf(external['name']);
  if (older !== '' && name !== '') refuse('E_COMPOSE_VALUE', path, 'has both external.name and name', 'only use name');
  const fallback = String(path.at(-1));
  return { ...item, name: [older, name, fallback].find((one) => one !== ''), external: { external: true } };
}

/** Docker drops the extension fields of networks and volumes, unless they are external. */
function finishNetwork(network: Fields, path: Path): Fields {
  return resolveExternal(network, path) ?? { ...network, 'x-': undefined };
}

function finishVolume(volume: Fields, path: Path): Fields {
  const external = resolveExternal(volume, path);
  if (external === undefined) return { ...volume, 'x-': undefined };
  for (const key of ['driver', 'driver_opts', 'labels']) {
    const value = volume[key];
    const set = typeof value === 'string' ? value !== '' : Object.keys(value ?? {}).length > 0;
    if (set) refuse('E_COMPOSE_VALUE', [...path, key], 'cannot be set on an external volume');
  }
  return external;
}

async function finishFileObject(item: Fields, path: Path, around: Surroundings): Promise<Fields> {
  const external = resolveExternal(item, path);
  if (external !== undefined) return external;
  const file = stringOf(item['file']);
  if (stringOf(item['driver']) !== '') {
    if (file !== '') refuse('E_COMPOSE_VALUE', path, 'has both driver and file', 'only use one of them');
    return item;
  }
  const absolute = joinPath(around.directory, file);
  await confine(absolute, file, [...path, 'file'], around);
  return { ...item, file: absolute };
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
