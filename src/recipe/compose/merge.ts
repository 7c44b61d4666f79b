import type { Codec, Fields } from './codec.ts';
import { sorted } from './collections.ts';
import { ProblemError } from './problem.ts';
import { isRawList, isRawMap, type Raw, WholeFloat, YamlTime } from './raw.ts';
import type { DecodedFile, Section } from './sections.ts';
import { fileObjectShape, networkShape, serviceShape, volumeShape } from './shapes.ts';
import type { FileObject, Network, Service, Stack, Volume } from './types.ts';

/**
 * Lays a file over what the earlier ones gave, by Docker's rules. Services merge field by field, as each field's codec
 * says. A network, volume, secret or config replaces the earlier one of its name as a whole. Extension fields at the top
 * are those of the first file.
 */
export function mergeFile(base: DecodedFile, over: DecodedFile): DecodedFile {
  return {
    services: mergeServices(base.services, over.services),
    networks: { ...base.networks, ...over.networks },
    volumes: { ...base.volumes, ...over.volumes },
    secrets: { ...base.secrets, ...over.secrets },
    configs: { ...base.configs, ...over.configs },
    extensions: base.extensions,
  };
}

function mergeServices(base: Section, over: Section): Section {
  const merged: Record<string, Fields> = { ...base };
  for (const [name, service] of Object.entries(over)) {
    const before = merged[name];
    merged[name] = before === undefined ? service : mergeService(name, before, service);
  }
  return merged;
}

function mergeService(name: string, base: Fields, over: Fields): Fields {
  try {
    return serviceShape.merge(base, over);
  } catch (error: unknown) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError({ ...error.problem, path: ['services', name, ...error.problem.path] });
  }
}

/** The printed form of everything: long forms, zero fields left out, names in order. */
export function finishStack(file: DecodedFile, version: number): Stack {
  return {
    version: `3.${version}`,
    services: print<Service>(file.services, serviceShape),
    networks: print<Network>(file.networks, networkShape),
    volumes: print<Volume>(file.volumes, volumeShape),
    secrets: print<FileObject>(file.secrets, fileObjectShape),
    configs: print<FileObject>(file.configs, fileObjectShape),
    ...(file.extensions === undefined
      ? {}
      : { extensions: Object.fromEntries(Object.entries(file.extensions).map(([key, value]) => [key, plain(value)])) }),
  };
}

function print<T>(section: Section, shape: Codec<Fields>): Record<string, T> {
  const entries = Object.entries(section).map(([name, item]) => [name, plain(shape.print(item) as Raw)] as const);
  // The shape prints exactly the fields that the public type declares; the oracle tests hold the two together.
  return sorted(Object.fromEntries(entries)) as Record<string, T>;
}

/** Dates in extension fields become their text. */
function plain(value: Raw): unknown {
  if (value instanceof YamlTime) return value.rfc3339;
  if (value instanceof WholeFloat) return value.value;
  if (isRawList(value)) return value.map(plain);
  return isRawMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value;
}
