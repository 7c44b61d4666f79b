import type { Settings } from '../src/config/settings.ts';
import type { Edge } from '../src/edge/types.ts';
import type { Docker } from './docker.ts';
import type { Figure } from './figure.ts';

/** What every measure may use. */
export interface BenchContext {
  readonly docker: Docker;
  readonly settings: Settings;
  readonly edge: Edge;
  /** A directory of this benchmark, removed at its end. */
  readonly scratch: string;
  /** Rounds that were asked for, instead of each measure's own number. */
  readonly rounds: number | undefined;
  /** Fires when the benchmark is to stop; what was made is removed all the same. */
  readonly signal: AbortSignal;
  say(text: string): void;
}

/** One measure; it may give several figures that come from the same rounds. */
export interface Measure {
  readonly name: string;
  readonly about: string;
  take(bench: BenchContext): Promise<readonly Figure[]>;
}

/**
 * Runs two pieces of work in turns, the first one changing from round to round, so that a machine that slows down or
 * warms up slows or warms both.
 */
export async function inTurns<A, B>(
  rounds: number,
  first: (round: number) => Promise<A>,
  second: (round: number) => Promise<B>,
): Promise<{ readonly first: readonly A[]; readonly second: readonly B[] }> {
  const as: A[] = [];
  const bs: B[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) as.push(await first(round));
    bs.push(await second(round));
    if (round % 2 === 1) as.push(await first(round));
  }
  return { first: as, second: bs };
}
