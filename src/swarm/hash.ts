import { canonicalJson } from '../base/canonical-json.ts';
import { shortHash } from '../base/ids.ts';
import type { ApiTaskTemplate } from './api-types.ts';

/** A hash of a JSON document that does not depend on the order of its keys. */
export function hashDocument(document: unknown): string {
  return shortHash(canonicalJson(document), 16);
}

/** A hash of a task template, the same for the service's and for its tasks': those do not repeat the runtime's name. */
export function hashTemplate(template: ApiTaskTemplate): string {
  return hashDocument({ ...template, Runtime: undefined });
}
