import type { Fault } from '../../../src/base/errors.ts';
import type { Tier } from '../../../src/results/schema.ts';
import type { SignTest } from './sign.ts';

/**
 * From the sign that decides to the verdict, in milliseconds. `swarm`: the Engine shows it. `new`: tasks that never leave
 * `new`. `route`: only asking the app can show it.
 */
export const LIMITS_MS = { swarm: 3000, new: 6000, route: 15_000 } as const;

/** What a canary needs of the world: a port that is taken, a network, a registry. Disposed of after the run. */
export interface Ground extends AsyncDisposable {
  /** Whatever the recipe has to know of it, such as a port or a name. */
  readonly values?: Readonly<Record<string, string>>;
  /** Environment of the run. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A release of the canary's recipe: files by path. Those of the release before stay. */
export type Release = Readonly<Record<string, string>>;

/** A recipe that is wrong in one way, and what has to be said of it. One file each, named after its code. */
export interface Canary {
  /** Code of the leading finding. */
  readonly code: string;
  readonly title: string;
  readonly kind: keyof typeof LIMITS_MS;
  readonly fault: Fault;
  /** The leading sentence. */
  readonly sentence: RegExp;
  /** Codes of the findings after the leading one; not looked at unless given. */
  readonly others?: readonly string[];
  /** What the evidence of the leading finding shows; not looked at unless given. */
  readonly evidence?: RegExp;
  /** A note of the results; not looked at unless given. */
  readonly notes?: RegExp;
  /** The releases of the recipe, oldest first; all but the last are tagged `1.0.0+1`, `1.1.0+1`, … */
  readonly releases: (values: Readonly<Record<string, string>>) => readonly [Release, ...Release[]];
  /** `install` unless given. */
  readonly tiers?: readonly Tier[];
  /** Called before the run. `saw` is for signs that only the ground notices. */
  readonly prepare?: (saw: (what: string) => void) => Promise<Ground>;
  /** The domain to ask for, when one of the run's own below the suffix will not do. */
  readonly domain?: (suffix: string) => string;
  /** The first sign of trouble that anybody could see. */
  readonly first: SignTest;
  /** The sign that decides; the first one unless given. A single exit is a sign, the second makes it a loop. */
  readonly decisive?: SignTest;
  /** Where only the end of the app's own TIMEOUT decides: its milliseconds, counted from the deciding sign. */
  readonly endOfTime?: number;
}
