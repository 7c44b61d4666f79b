import type { Service } from './types.ts';
import { parseBytes } from './units.ts';

/** The memory that a service reserves or is limited to, in bytes; undefined where it says nothing, or 0, which means nothing. */
export function resourceBytes({ deploy }: Service, kind: 'reservations' | 'limits'): number | undefined {
  const resources = deploy?.resources?.[kind] as { readonly memory?: unknown } | undefined;
  const memory = resources?.memory;
  if (typeof memory !== 'string' && typeof memory !== 'number') return undefined;
  const bytes = parseBytes(String(memory));
  return bytes === undefined || bytes <= 0n ? undefined : Number(bytes);
}
