import { formatBytes } from '../../base/text.ts';
import { howToRaise } from '../../config/bounds.ts';
import type { Fact, Observation } from '../types.ts';
import { combine, factsOf, type JudgedCheck, makeCheck } from './checks.ts';
import type { JudgedTier } from './decide.ts';

/** The code of what is said of an app that met a bound of ours. */
export const BOUND_REACHED = 'bound-reached';

/** The code of a run that was ended because of the disk that it took. */
export const BOUND_DISK = 'bound-disk';

type Reached = Extract<Observation, { readonly fact: 'bound-reached' }>;

/** Which bound was met, and by whom. */
export function boundSentence({ service, what, limit }: Reached): string {
  return `${service} reached cc-ci’s bound of ${what === 'memory' ? `${formatBytes(limit)} of memory` : `${limit} processes`}`;
}

/**
 * Nobody knows how an app would have done that met a bound of ours: what failed of it is unverified then, and no fault of the
 * recipe. Lint, which looks at no app, is as it is.
 */
export function excuseBounds(facts: readonly Fact[], judged: readonly JudgedTier[]): readonly JudgedTier[] {
  const reached = factsOf(facts, 'bound-reached');
  if (reached.length === 0) return judged;
  return judged.map((own) => {
    const { planned, rung } = own;
    if (planned.tier === 'lint' || rung.status !== 'fail') return own;
    const bounds = reached.map((fact) =>
      makeCheck('bound', 'unver', boundSentence(fact), {
        code: BOUND_REACHED,
        fault: 'usage',
        service: fact.service,
        hint: howToRaise(fact.what === 'memory' ? 'memoryMiB' : 'pids'),
        at: fact.at,
      }),
    );
    return { planned, rung: combine([...bounds, ...rung.checks.map(excused)], '') };
  });
}

/** What there is to do is said with the bound: a limit that the recipe raises would be lowered again. */
function excused(check: JudgedCheck): JudgedCheck {
  return check.outcome === 'fail' ? { ...check, outcome: 'unver', fault: 'usage', hint: undefined } : check;
}
