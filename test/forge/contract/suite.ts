import { afterAll, beforeAll } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { holdBridge } from './bridge.ts';
import { holdComments } from './comments.ts';
import { holdEnrolment } from './enrolment.ts';
import { holdGit } from './git.ts';
import { holdHooks } from './hooks.ts';
import { holdIdentity } from './identity.ts';
import { type Cast, openCast } from './people.ts';
import { holdPulls } from './pulls.ts';
import { holdStatuses } from './statuses.ts';

/** All that cc-ci relies on of a forge, held of one. */
export function holdContract(open: () => Promise<Stage>): void {
  let stage: Stage;
  let cast: Cast;
  beforeAll(async () => {
    stage = await open();
    cast = await openCast(stage);
  }, 60_000);
  afterAll(() => stage[Symbol.asyncDispose](), 60_000);
  for (const hold of [
    holdIdentity,
    holdPulls,
    holdComments,
    holdStatuses,
    holdHooks,
    holdBridge,
    holdEnrolment,
    holdGit,
  ])
    hold(() => cast);
}
