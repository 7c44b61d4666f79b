import { rm } from 'node:fs/promises';
import { delay, startDeadline } from '../base/deadline.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import { append } from '../base/lists.ts';
import { storageError } from '../base/storage-error.ts';
import { CauseError } from '../swarm/causes/cause-error.ts';
import { isEngineStatus } from '../swarm/engine-http.ts';
import { inventoryLines } from '../swarm/inventory.ts';
import { removeStack } from '../swarm/teardown.ts';
import type { Removal } from '../swarm/types.ts';
import type { RunContext } from './context.ts';

/** Step names under which the journal knows what is to be undone. */
export const STEP = { work: 'work directory', staging: 'staging directory', stack: 'stack' } as const;

/** Under which the journal knows a step of a dependency: the app's has the same name. */
export function dependencyStep(recipe: string, step: string): string {
  return `dependency ${recipe}: ${step}`;
}

/**
 * Removes everything the run made and proves that nothing is left. Bounded by itself, not by the run's deadline, and not
 * to be interrupted: whatever happened before, this is done (design, law 3).
 */
export async function tearDown(run: RunContext): Promise<void> {
  const started = performance.now();
  const residue: string[] = [];
  let removed = 0;
  const remove = async (stackName: string, step: string) => {
    try {
      const removal = await removeWhenThere(run, stackName);
      removed += inventoryLines(removal.removed).length;
      const left = inventoryLines(removal.residue);
      append(residue, left);
      if (left.length === 0) await ifThereIsRoom(run.journal.undone(step));
    } catch (error: unknown) {
      residue.push(`stack ${stackName} (${messageOf(error)})`);
      recordLostEngine(run, error);
    }
  };
  const { stackName, dependencies = [] } = run.plan;
  await run.timeline.span('teardown', null, async () => {
    await remove(stackName, STEP.stack);
    // After the app that uses them, so that its end is as orderly as it would be.
    for (const each of dependencies) await remove(each.stackName, dependencyStep(each.recipe, STEP.stack));
  });
  run.facts.record({ fact: 'teardown', removed, residue, ms: performance.now() - started, kept: false });
}

/** That the Engine is gone is why something is left; a step that has said so before has said it well enough. */
function recordLostEngine({ facts }: RunContext, error: unknown): void {
  if (!(error instanceof CauseError)) return;
  const said = facts.all().some((fact) => fact.fact === 'step-failed' && fact.code === error.known.code);
  if (!said) facts.recordFailure(undefined, 'teardown', error);
}

/** An Engine that was killed is up again within 15 s where something starts it. */
const ENGINE_BACK_MS = 60_000;

/** Removes the stack; where the Engine is away or has only just come back, as soon as it can be asked. */
async function removeWhenThere({ engine, plan }: RunContext, stackName: string): Promise<Removal> {
  using deadline = startDeadline(ENGINE_BACK_MS);
  for (;;) {
    try {
      return await removeStack(engine, { stackName, runId: plan.runId });
    } catch (error: unknown) {
      if (deadline.expired() || !isAway(error)) throw error;
    }
    await delay(250);
  }
}

/** 503: it answers, and is not yet part of its Swarm again. */
function isAway(error: unknown): boolean {
  return isEngineStatus(error, 503) || (error instanceof CodedError && error.code === 'E_ENGINE_GONE');
}

/** Removes checkouts, the restic repository and the sandbox: what was only needed while the run went. */
export async function removeWork(run: Pick<RunContext, 'directory' | 'journal'>): Promise<void> {
  await rm(run.directory.work, { recursive: true, force: true });
  await ifThereIsRoom(run.journal.undone(STEP.work));
}

/** A full disk swallows such a line of the journal and no more: what is undone or closed twice stays so. */
export async function ifThereIsRoom(line: Promise<void>): Promise<void> {
  await line.catch((error: unknown) => {
    if (storageError(error) === undefined) throw error;
  });
}
