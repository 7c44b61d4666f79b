import { largest } from '../base/lists.ts';
import type { Phase, Tier } from './schema.ts';

/** One phase, placed: its lane, and where it begins and how wide it is as parts of the whole (0 to 1). */
interface Bar {
  readonly name: string;
  readonly tier: Tier | null;
  readonly lane: number;
  readonly startMs: number;
  readonly ms: number;
  readonly left: number;
  readonly width: number;
}

export interface Waterfall {
  readonly totalMs: number;
  readonly lanes: number;
  /** In order of their beginning. */
  readonly bars: readonly Bar[];
  /** Round moments for the axis, in milliseconds, from 0 to at most the total. */
  readonly ticks: readonly number[];
}

/** Lays phases out. A phase keeps its lane unless something there still runs; then it moves to the next free one. */
export function layOut(phases: readonly Phase[]): Waterfall {
  const spans = phases
    .map((phase) => {
      const startMs = Math.max(0, phase.startMs);
      return { ...phase, startMs, endMs: Math.max(startMs, phase.endMs) };
    })
    .toSorted((a, b) => a.startMs - b.startMs || a.lane - b.lane || b.endMs - a.endMs);
  const totalMs = Math.max(0, largest(spans.map((span) => span.endMs)));
  const scale = totalMs === 0 ? 1 : totalMs;
  const busyUntil: number[] = [];
  const bars = spans.map((span): Bar => {
    let lane = span.lane;
    while ((busyUntil[lane] ?? 0) > span.startMs) lane += 1;
    busyUntil[lane] = span.endMs;
    const ms = span.endMs - span.startMs;
    return {
      name: span.name,
      tier: span.tier,
      lane,
      startMs: span.startMs,
      ms,
      left: span.startMs / scale,
      width: ms / scale,
    };
  });
  return {
    totalMs,
    lanes: Math.max(0, largest(bars.map((bar) => bar.lane + 1))),
    bars,
    ticks: ticksUpTo(totalMs),
  };
}

/** A tier, or a phase outside the tiers, and the time that went into it. */
export interface TimeShare {
  readonly label: string;
  readonly tier: Tier | null;
  readonly ms: number;
}

/**
 * Where the time went, by tier (outside the tiers by phase), longest first. Every moment counts once, for the phase that then
 * ran on the lowest lane; so the shares add up to the time in which anything ran at all.
 */
export function timeShares(phases: readonly Phase[]): TimeShare[] {
  const shares = new Map<string, TimeShare>();
  const moments = [...new Set(phases.flatMap(({ startMs, endMs }) => [startMs, endMs]))].toSorted((a, b) => a - b);
  for (const [index, from] of moments.entries()) {
    const to = moments[index + 1] ?? from;
    const [first] = phases
      .filter(({ startMs, endMs }) => startMs <= from && to <= endMs && from < to)
      .toSorted((a, b) => a.lane - b.lane);
    if (first === undefined) continue;
    const label = first.tier ?? first.name;
    shares.set(label, { label, tier: first.tier, ms: (shares.get(label)?.ms ?? 0) + to - from });
  }
  return [...shares.values()].toSorted((a, b) => b.ms - a.ms);
}

function ticksUpTo(totalMs: number): number[] {
  if (!(totalMs > 0)) return [0];
  const rough = totalMs / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => index * step);
}
