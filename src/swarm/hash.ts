import { createHash } from 'node:crypto';
import type { ApiTaskTemplate } from './api-types.ts';

/** A hash of a JSON document that does not depend on the order of its keys. */
export function hashDocument(document: unknown): string {
  return createHash('sha256').update(canonical(document)).digest('hex').slice(0, 16);
}

/** A hash of a task template, the same for the service's and for its tasks': those do not repeat the runtime's name. */
export function hashTemplate(template: ApiTaskTemplate): string {
  return hashDocument({ ...template, Runtime: undefined });
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${entries.join(',')}}`;
}
