import type { RecipeMetadata } from './types.ts';

const BLOCK = /<!--\s*metadata\s*-->(?<body>[\s\S]*?)<!--\s*endmetadata\s*-->/i;
const FIELD = /^\s*[*-]\s+\*\*(?<name>[^*]+)\*\*\s*:\s*(?<value>.*)$/;

/** Reads the metadata block of a README (`* **Status**: 3, stable` between two comments); undefined when there is none. */
export function parseMetadata(readme: string): RecipeMetadata | undefined {
  const block = BLOCK.exec(readme);
  if (block === null) return undefined;
  const fields: Record<string, string> = {};
  for (const line of (block.groups?.['body'] ?? '').split(/\r?\n/)) {
    const field = FIELD.exec(line)?.groups;
    if (field === undefined) continue;
    fields[(field['name'] ?? '').trim().toLowerCase()] = (field['value'] ?? '').trim();
  }
  return { fields };
}
