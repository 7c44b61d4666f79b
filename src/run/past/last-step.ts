import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { RunDirectory } from '../run-directory.ts';

/** What a run was last seen at. */
export interface LastStep {
  /** The span that it had begun and not ended; undefined where none is open. */
  readonly name: string | undefined;
  readonly tier: string | null;
  /** It has begun to take down what it made, or knows that its time is over. */
  readonly ending: boolean;
}

/** Enough for thousands of events; whoever asks does so of a run that may have written without end. */
const MOST_BYTES = 1024 * 1024;
const Span = z.object({ event: z.enum(['begin', 'end']), name: z.string(), tier: z.string().nullable() });
const Interrupted = z.object({ event: z.literal('fact'), fact: z.object({ fact: z.literal('interrupted') }) });

/** Reads the end of a run's event log, whatever state that is in. A run without one is at nothing. */
export async function lastStep({ events }: Pick<RunDirectory, 'events'>): Promise<LastStep> {
  const openSpans: z.infer<typeof Span>[] = [];
  let ending = false;
  for (const line of await lastLines(events)) {
    const value = parse(line);
    ending ||= Interrupted.safeParse(value).success;
    const span = Span.safeParse(value).data;
    if (span === undefined) continue;
    ending ||= span.name === 'teardown';
    const same = openSpans.findLastIndex(({ name, tier }) => name === span.name && tier === span.tier);
    if (span.event === 'begin') openSpans.push(span);
    else if (same !== -1) openSpans.splice(same, 1);
  }
  const last = openSpans.at(-1);
  return { name: last?.name, tier: last?.tier ?? null, ending };
}

async function lastLines(path: string): Promise<readonly string[]> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return [];
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MOST_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead).split('\n');
  } finally {
    await file.close();
  }
}

/** The first line may be cut off, and so may the last. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
