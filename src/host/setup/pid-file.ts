import { readFile } from 'node:fs/promises';
import { isMissing } from './file-facts.ts';

/** What a pid file says and what the kernel says about that process. */
export interface PidFileFacts {
  readonly path: string;
  /** Undefined when the file is missing or holds no number. */
  readonly pid: number | undefined;
  /** The name of the process with that id; undefined when there is none. */
  readonly processName: string | undefined;
  readonly exists: boolean;
}

/**
 * Whether a pid file speaks of a live daemon. After a hard end its number may belong to any other process by now, and
 * the Engine then refuses to start: alive alone is not enough, the name has to be the daemon's.
 */
export function judgePidFile(facts: PidFileFacts, daemon: string): 'absent' | 'live' | 'stale' {
  if (!facts.exists) return 'absent';
  // The kernel keeps 15 characters of a process's name.
  return facts.processName === daemon.slice(0, 15) ? 'live' : 'stale';
}

/** Reads a pid file and the name of its process. */
export async function readPidFile(path: string, procRoot = '/proc'): Promise<PidFileFacts> {
  const text = await readOrUndefined(path);
  const pid = text === undefined || !/^\s*\d+\s*$/.test(text) ? undefined : Number(text);
  const name = pid === undefined ? undefined : await readOrUndefined(`${procRoot}/${pid}/comm`);
  // A killed process that its parent has not collected yet still has its name.
  const status = pid === undefined ? undefined : await readOrUndefined(`${procRoot}/${pid}/status`);
  const dead = status !== undefined && /^State:\s+[ZX]/m.test(status);
  return { path, pid, processName: dead ? undefined : name?.trim(), exists: text !== undefined };
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error: unknown) {
    // ESRCH: the process ended between opening and reading.
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ESRCH')) return undefined;
    throw error;
  }
}
