import { statfs } from 'node:fs/promises';
import { formatBytes } from '../base/text.ts';
import type { Part } from '../web/health.ts';

/** What is free on a disk. */
export interface DiskSpace {
  readonly freeBytes: number;
  /** Undefined on file systems that make them as they need them. */
  readonly freeInodes: number | undefined;
}

/** The database stops when there is none left, and a run that cannot write its journal cannot begin. */
const LEAST_BYTES = 512 * 1024 * 1024;
/** A checkout may hold thousands of files. */
const LEAST_INODES = 10_000;

/** Looks at the disk that a path lies on. What root alone may still write to is not free. */
export async function readDiskSpace(path: string): Promise<DiskSpace> {
  const { bavail, bsize, files, ffree } = await statfs(path);
  return { freeBytes: bavail * bsize, freeInodes: files === 0 ? undefined : ffree };
}

/** Whether a server can go on with what is free. Pure. */
export function judgeDisk({ freeBytes, freeInodes }: DiskSpace): Part {
  const ok = freeBytes >= LEAST_BYTES && (freeInodes === undefined || freeInodes >= LEAST_INODES);
  const inodes = freeInodes === undefined ? '' : ` and ${freeInodes} inodes`;
  const least = `; it needs ${formatBytes(LEAST_BYTES)} and ${LEAST_INODES} inodes`;
  return {
    name: 'disk',
    ok,
    detail: `${formatBytes(freeBytes)}${inodes} are free below the state directory${ok ? '' : least}`,
  };
}
