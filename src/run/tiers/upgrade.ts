import { checkCanaries } from '../../backup/canaries/canaries.ts';
import { stackServices } from '../../swarm/deploy.ts';
import { pruneServices } from '../../swarm/services.ts';
import type { PreparedApp, RunContext } from '../context.ts';
import { commandApp, deployApp, waitUp } from './deployment.ts';
import { pullImages } from './images.ts';
import { createSecrets } from './install.ts';
import type { LiveApp } from './live-app.ts';
import { compareWithHead, differs, droppedVolumes, servicesDiffer } from './moved.ts';
import { takeStep } from './step.ts';

/** Level 2: the one update, in place, to the exact head. Returns whether the app is up. */
export async function upgradeTier(run: RunContext, live: LiveApp): Promise<boolean> {
  const { head, base } = run;
  if (base === undefined) return true;
  if (!(await live.hooks.call('upgrade', 'beforeUpgrade'))) return false;
  if (!(await updateInPlace(run, base, () => live.moveToHead()))) return false;
  const commands = await takeStep(run, 'upgrade', 'post-upgrade commands', () =>
    commandApp(run, 'upgrade', head.app.postUpgrade, live.abraSh(head)),
  );
  if (!commands.ok) return false;
  if (!(await live.hooks.waitReady('upgrade', run.plan.head.timeoutSeconds * 1000))) return false;
  if (!(await live.hooks.call('upgrade', 'afterUpgrade'))) return false;
  const checked = await takeStep(run, 'upgrade', 'look for canaries', () => lookAfterUpgrade(run, live));
  return checked.ok;
}

/**
 * Makes what runs (`before`) what the head describes, and waits until it is up. `onMoved` is called as soon as the head is what is
 * deployed. Returns whether the app is up.
 */
export async function updateInPlace(run: RunContext, before: PreparedApp, onMoved = () => {}): Promise<boolean> {
  const { head } = run;
  const pulled = await takeStep(run, 'upgrade', 'head images', () => pullImages(run, 'head', head.stack));
  if (!pulled.ok) return false;
  const updated = await takeStep(run, 'upgrade', 'update', async () => {
    await createSecrets(run, head);
    const stood = await stackServices(run.engine, run.plan.stackName);
    const record = await deployApp(run, head, 'upgrade', false);
    onMoved();
    const pruned = await pruneServices(run.engine, run.plan.stackName, Object.keys(head.stack.services));
    return { stood, record, pruned };
  });
  if (!updated.ok) return false;
  const up = await takeStep(run, 'upgrade', 'come up again', () => waitUp(run, 'upgrade', updated.value.record));
  const looked = await takeStep(run, 'upgrade', 'compare with head', async () => {
    const running = await stackServices(run.engine, run.plan.stackName);
    run.facts.record({
      fact: 'moved',
      // Both: what was asked for has to differ, and the Engine has to have changed something for it.
      changed: differs(before.stack, head.stack) && servicesDiffer(updated.value.stood, running),
      labelsOnly: updated.value.record.services.every(
        ({ kind, replacesTasks }) => kind !== 'created' && !replacesTasks,
      ),
      pruned: [...updated.value.pruned],
      services: compareWithHead(run.plan.stackName, head.stack, running),
    });
  });
  return up.ok && up.value && looked.ok;
}

/** A volume that the head no longer mounts still lies on the disk, but the app has lost what is in it. */
async function lookAfterUpgrade(run: RunContext, live: LiveApp): Promise<void> {
  const dropped = new Set(run.base === undefined ? [] : droppedVolumes(run.base.stack, run.head.stack));
  const looked = await run.timeline.span('look for canaries', 'upgrade', () => checkCanaries(live.data, live.canaries));
  const checks = looked.map((check) => {
    const volume = live.canaries.find(({ id }) => id === check.id)?.volume;
    return volume !== undefined && dropped.has(volume)
      ? { ...check, found: false, detail: `no service of the head mounts the volume ${volume} any more` }
      : check;
  });
  live.survivors = live.canaries.filter(({ id }) => checks.some((check) => check.id === id && check.found));
  run.facts.record({ fact: 'canaries', moment: 'after-upgrade', checks });
}
