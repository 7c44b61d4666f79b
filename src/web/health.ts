/** One thing that has to work for the server to do its work. */
export interface Part {
  readonly name: string;
  readonly ok: boolean;
  /** What it does, or what is wrong with it. */
  readonly detail: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly parts: readonly Part[];
}

/** What a loop last did; times in milliseconds. */
export interface Pulse {
  readonly name: string;
  readonly everyMs: number;
  readonly lastOkMs: number | undefined;
  readonly problem: string | undefined;
}

/** A loop is late when this many of its rounds are missing, and not before this long. */
const MISSED_ROUNDS = 3;
const PATIENCE_MS = 60_000;

/** Whether something that happens again and again still does: one round that failed is not the end of it. Pure. */
export function judgePulse({ name, everyMs, lastOkMs, problem }: Pulse, nowMs: number): Part {
  if (lastOkMs === undefined) return { name, ok: false, detail: problem ?? 'has not worked yet' };
  const quietMs = nowMs - lastOkMs;
  const ok = quietMs <= Math.max(MISSED_ROUNDS * everyMs, PATIENCE_MS);
  const worked = `worked ${Math.round(quietMs / 1000)} s ago`;
  return { name, ok, detail: problem === undefined ? worked : `${problem}; ${worked}` };
}

/** The whole of it: ready when every part is. Pure. */
export function judgeParts(parts: readonly Part[]): Readiness {
  return { ready: parts.every(({ ok }) => ok), parts };
}
