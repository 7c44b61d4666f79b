import { tryLock } from '../../base/lock.ts';
import { countOf } from '../../base/text.ts';
import { runLockPath } from '../../run/run-directory.ts';
import { listObjects, OBJECT_KINDS } from '../../swarm/inventory.ts';
import { RUN_LABEL } from '../../swarm/types.ts';
import type { SetupContext } from './context.ts';
import type { DelegatedStep } from './step.ts';

/** Step: tells what dead runs of ours have left in the Engine. It removes nothing; that is the janitor's work. */
export function leftoversStep(context: SetupContext): DelegatedStep {
  return {
    name: 'leftovers',
    async ensure() {
      const dead = await findDeadRuns(context);
      if (dead.length === 0) return { detail: 'nothing of dead runs', did: undefined };
      const objects = dead.reduce((sum, run) => sum + run.objects, 0);
      const detail = `${countOf(objects, 'object')} of ${countOf(dead.length, 'dead or kept run')}: ./cc-ci clean removes what is not kept`;
      return { detail, did: undefined };
    },
  };
}

/** Runs with objects in the Engine whose kernel lock nobody holds. */
async function findDeadRuns(context: SetupContext): Promise<{ readonly runId: string; readonly objects: number }[]> {
  const found = await listObjects(await context.engine(), ({ labels }) => labels[RUN_LABEL] !== undefined);
  const byRun = Map.groupBy(
    OBJECT_KINDS.flatMap((kind) => found[kind]),
    ({ labels }) => labels[RUN_LABEL] ?? '',
  );
  const dead: { runId: string; objects: number }[] = [];
  for (const [runId, objects] of byRun) {
    await using lock = await tryLock(runLockPath(context.paths, runId));
    if (lock !== undefined) dead.push({ runId, objects: objects.length });
  }
  return dead;
}
