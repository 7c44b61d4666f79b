import type { RecipeMetadata } from './types.ts';

const BEGIN = /<!--\s*metadata\s*-->/i;
const END = /<!--\s*endmetadata\s*-->/i;
const FIELD = /^\s*[*-]\s+\*\*(?<name>[^*]+)\*\*\s*:/;

/** Reads the metadata block of a README (`* **Status**: 3, stable` between two comments); undefined when there is none. */
export function parseMetadata(readme: string): RecipeMetadata | undefined {
  const begin = BEGIN.exec(readme);
  if (begin === null) return undefined;
  const body = readme.slice(begin.index + begin[0].length);
  const end = END.exec(body);
  if (end === null) return undefined;
  const fields: Record<string, string> = {};
  for (const line of body.slice(0, end.index).split(/\r?\n/)) {
    const field = FIELD.exec(line);
    if (field === null) continue;
    fields[(field.groups?.['name'] ?? '').trim().toLowerCase()] = line.slice(field[0].length).trim();
  }
  return { fields };
}
