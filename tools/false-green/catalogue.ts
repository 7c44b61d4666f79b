import type { FalseGreen } from './case.ts';
import { DATA_CASES } from './data-cases.ts';
import { DEPLOY_CASES } from './deploy-cases.ts';
import { RUN_CASES } from './run-cases.ts';

/** Every false green that is known: those with a number in the order of their numbers, then what was found here. */
export const FALSE_GREENS: readonly FalseGreen[] = [...DEPLOY_CASES, ...DATA_CASES, ...RUN_CASES].toSorted(
  (a, b) => numberOf(a) - numberOf(b),
);

function numberOf({ id }: FalseGreen): number {
  return id.startsWith('RT-') ? Number(id.slice(3)) : Infinity;
}
