import { plantCanaries } from '../../backup/canaries/canaries.ts';
import { runLabels } from '../../swarm/label.ts';
import { createSecret } from '../../swarm/services.ts';
import { STACK_LABEL } from '../../swarm/types.ts';
import type { PreparedApp, RunContext } from '../context.ts';
import { runLabelsOf } from '../plan/make-plan.ts';
import { STEP } from '../teardown.ts';
import { askBefore } from './asked-before.ts';
import { commandApp, deployApp, waitUp } from './deployment.ts';
import { pullImages } from './images.ts';
import type { LiveApp } from './live-app.ts';
import { takeStep } from './step.ts';

/** Level 1: secrets, images, the one fresh deploy, and the proof that it serves. Returns whether the app is up. */
export async function installTier(run: RunContext, live: LiveApp): Promise<boolean> {
  const first = run.base ?? run.head;
  const moment = run.base === undefined ? 'head' : 'base';
  const pulled = await takeStep(run, 'install', 'images', () => pullImages(run, moment, first.stack));
  if (!pulled.ok) return false;
  const asked = await takeStep(run, 'install', 'ask before', () => askBefore(run));
  if (!asked.ok) return false;
  if (!(await live.hooks.call('install', 'beforeInstall'))) return false;
  const undo = { kind: 'stack', stackName: run.plan.stackName, runId: run.plan.runId } as const;
  const deployed = await takeStep(
    run,
    'install',
    STEP.stack,
    async () => {
      await createSecrets(run, first);
      return deployApp(run, first, 'install', true);
    },
    undo,
  );
  if (!deployed.ok) return false;
  live.watch();
  // The next image is fetched while this one starts; a failure shows when the upgrade asks for it again.
  const ahead = run.base === undefined ? undefined : pullImages(run, 'head', run.head.stack).catch(() => undefined);
  const up = await takeStep(run, 'install', 'come up', () => waitUp(run, 'install', deployed.value));
  await ahead;
  if (!up.ok || !up.value) return false;
  const commands = await takeStep(run, 'install', 'post-deploy commands', () =>
    commandApp(run, 'install', first.app.postDeploy, live.abraSh(first)),
  );
  if (!commands.ok) return false;
  const timeoutMs = (run.plan.baseApp ?? run.plan.head).timeoutSeconds * 1000;
  return (await live.hooks.waitReady('install', timeoutMs)) && live.hooks.call('install', 'afterInstall');
}

/** Creates the secrets of an app that are not there yet. Their names carry the stack's, so teardown finds them. */
export async function createSecrets(run: RunContext, prepared: PreparedApp): Promise<void> {
  const present = new Set(
    (await run.engine.secrets({ name: [`${run.plan.stackName}_`] })).map(({ Spec }) => Spec.Name),
  );
  const labels = {
    ...runLabels(runLabelsOf(run.plan, run.paths.state)),
    [STACK_LABEL]: run.plan.stackName,
  };
  for (const { name } of prepared.app.secrets) {
    const value = run.secrets.get(name);
    if (value === undefined || present.has(name)) continue;
    await createSecret(run.engine, { name, value, labels });
  }
}

/** Plants something of ours in all data the app has, for every later tier to look for. */
export async function plant(run: RunContext, live: LiveApp): Promise<void> {
  const first = run.base ?? run.head;
  await run.timeline.span('plant canaries', 'install', async () => {
    const planted = await plantCanaries(live.data, first.stack, run.plan.seed ?? run.plan.runId);
    live.canaries = planted.canaries;
    live.survivors = planted.canaries;
    run.facts.record({
      fact: 'planted',
      canaries: planted.canaries,
      problems: planted.problems.map(({ message }) => message),
    });
    for (const { message } of planted.problems) run.facts.record({ fact: 'note', sentence: message });
  });
}
