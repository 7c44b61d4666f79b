import type { Tier } from '../results/schema.ts';
import type { Fact, Plan } from './types.ts';
import type { Verdict } from './verdict/judge.ts';

/** What a run tells while it goes. The terminal shows it, `events.ndjson` keeps it. */
export type RunEvent =
  | { readonly event: 'planned'; readonly plan: Plan }
  | { readonly event: 'begin'; readonly name: string; readonly tier: Tier | null; readonly atMs: number }
  | { readonly event: 'end'; readonly name: string; readonly tier: Tier | null; readonly ms: number }
  | { readonly event: 'fact'; readonly fact: Fact }
  | { readonly event: 'progress'; readonly text: string }
  | { readonly event: 'verdict'; readonly verdict: Verdict };

export type Reporter = (event: RunEvent) => void;
