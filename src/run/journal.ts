import { readFile } from 'node:fs/promises';
import { openJsonLines, parseJsonLines } from '../base/files.ts';
import type { JournalEntry, Undo } from './types.ts';

/**
 * The run's write-ahead journal. A step is on disk, with its undo, before it acts; so whoever finds the journal after a
 * crash knows everything that may exist.
 */
export interface Journal extends AsyncDisposable {
  /** Records a step as begun and returns when that is on disk. */
  begin(step: string, undo?: Undo): Promise<void>;
  end(step: string): Promise<void>;
  failed(step: string, detail: string): Promise<void>;
  /** The undo of a step has been done and verified. */
  undone(step: string): Promise<void>;
  /** The run is over; nothing is left to undo. */
  close(): Promise<void>;
  /** The run is over and its app was kept on purpose. */
  kept(): Promise<void>;
}

/** Opens a run's journal for writing; continues the numbering of an existing one. */
export async function openJournal(path: string, now: () => Date = () => new Date()): Promise<Journal> {
  const before = await readJournal(path);
  const lines = await openJsonLines(path);
  let seq = before.length;
  const write = (event: JournalEntry['event'], step: string, undo?: Undo, detail?: string) => {
    seq += 1;
    const entry: JournalEntry = { seq, at: now().toISOString(), event, step, undo, detail };
    return lines.append(entry, { durable: true });
  };
  return {
    begin: (step, undo) => write('begin', step, undo),
    end: (step) => write('end', step),
    failed: (step, detail) => write('failed', step, undefined, detail),
    undone: (step) => write('undone', step),
    close: () => write('closed', 'run'),
    kept: () => write('kept', 'run'),
    [Symbol.asyncDispose]: () => lines[Symbol.asyncDispose](),
  };
}

/** Reads a journal; empty when there is none. A last line cut off by a crash is left out: its step had not begun. */
export async function readJournal(path: string): Promise<JournalEntry[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return parseJsonLines(text) as JournalEntry[];
}

export interface PendingUndo {
  readonly step: string;
  readonly undo: Undo;
}

/** What is still to be undone, last begun first. Empty for a run that was closed. Pure. */
export function pendingUndos(entries: readonly JournalEntry[]): PendingUndo[] {
  if (entries.some(({ event }) => event === 'closed')) return [];
  let pending: PendingUndo[] = [];
  for (const { event, step, undo } of entries) {
    // A step can be done again after it was undone: only what came before is settled by that.
    if (event === 'undone') pending = pending.filter((candidate) => candidate.step !== step);
    if (event === 'begin' && undo !== undefined) pending.push({ step, undo });
  }
  return pending.reverse();
}

/** How a run stands, as its journal tells. Whether it is live only its lock tells. */
export function journalState(entries: readonly JournalEntry[]): 'empty' | 'open' | 'kept' | 'closed' {
  if (entries.length === 0) return 'empty';
  if (entries.some(({ event }) => event === 'closed')) return 'closed';
  return entries.some(({ event }) => event === 'kept') ? 'kept' : 'open';
}
