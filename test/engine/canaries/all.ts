import type { Canary } from './canary.ts';
import { canary as crashLoop } from './crash-loop.ts';
import { canary as healthcheckFailing } from './healthcheck-failing.ts';
import { canary as nothingListens } from './nothing-listens.ts';

/** Every canary, in the order of the table. To add one: a file beside this, and a line here. */
export const CANARIES: readonly Canary[] = [crashLoop, healthcheckFailing, nothingListens];
