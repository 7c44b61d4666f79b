import type { Phase, Tier } from '../results/schema.ts';

/** Where the time went: spans with a start and an end, on lanes so that what ran side by side is seen side by side. */
export interface Timeline {
  /** Runs work and records its span, however it ends. */
  span<T>(name: string, tier: Tier | null, work: () => Promise<T>): Promise<T>;
  phases(): readonly Phase[];
  elapsedMs(): number;
}

/** Starts a timeline at this moment. `onSpan` hears of beginnings and ends. */
export function startTimeline(
  onSpan: (event: 'begin' | 'end', name: string, tier: Tier | null, ms: number) => void = () => undefined,
): Timeline {
  const zero = performance.now();
  const phases: Phase[] = [];
  const busy: boolean[] = [];
  const elapsedMs = () => performance.now() - zero;
  return {
    async span(name, tier, work) {
      let lane = busy.findIndex((taken) => !taken);
      if (lane === -1) lane = busy.length;
      busy[lane] = true;
      const startMs = elapsedMs();
      onSpan('begin', name, tier, startMs);
      try {
        return await work();
      } finally {
        busy[lane] = false;
        const endMs = elapsedMs();
        phases.push({ name, tier, lane, startMs, endMs });
        onSpan('end', name, tier, endMs - startMs);
      }
    },
    phases: () => phases.toSorted((a, b) => a.startMs - b.startMs),
    elapsedMs,
  };
}
