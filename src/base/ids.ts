import { createHash, randomBytes } from 'node:crypto';

/** A new run id: `20261123-191500-3f9a1c`, sorted by time, safe in labels, paths and host names. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').slice(0, 15).replace('T', '-');
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}

/** Whether a name is one that `newRunId` gives: other things may lie beside runs, as on a disk of their own. */
export function isRunId(name: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(name);
}

/** The first `length` hexadecimal digits of the SHA-256 of some text. */
export function shortHash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
