import { parseBytes, parseDuration } from '../compose/units.ts';
import { entries, never, type Rule, whatever } from './rule.ts';

const GIB = 2 ** 30;
/** More than a recipe that is tested needs; what asks for more asks for its share of a machine that others are on. */
export const MOST = {
  replicas: 5,
  stopSeconds: 600,
  memoryBytes: 4 * GIB,
  reservedBytes: 2 * GIB,
  cpus: 4,
  reservedCpus: 1,
  processes: 4096,
  tmpfsBytes: GIB,
  logFileBytes: 100 * 2 ** 20,
  logFiles: 10,
} as const;

/** Labels are words for whoever reads them; those that Docker keeps for itself say whose an object is. */
export const LABELS: Rule = entries((key) =>
  /^(?:com\.docker|io\.docker|org\.dockerproject)\./i.test(key) ? never : whatever,
);

/** A duration of the stack file that nobody waits long for. */
export function isShort(duration: unknown): boolean {
  const nanoseconds = typeof duration === 'string' ? parseDuration(duration) : undefined;
  return nanoseconds !== undefined && nanoseconds >= 0n && nanoseconds <= BigInt(MOST.stopSeconds) * 1_000_000_000n;
}

/** A size of the stack file, from 1 byte to `most`: 0 means without bound. */
export function isSize(text: unknown, most: number): boolean {
  const bytes = typeof text === 'string' && text.length <= 40 ? parseBytes(text) : undefined;
  return bytes !== undefined && bytes > 0n && bytes <= BigInt(most);
}

/** A decimal number as text, from `least` to `most`. */
export function isNumber(text: unknown, least: number, most: number): boolean {
  return (
    typeof text === 'string' && /^\d{1,9}(?:\.\d{1,9})?$/.test(text) && Number(text) >= least && Number(text) <= most
  );
}
