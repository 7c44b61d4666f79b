import { messageOf } from '../../base/errors.ts';
import type { Tier } from '../../results/schema.ts';
import type { RunContext } from '../context.ts';
import { backupTier, restoreTier } from './backup.ts';
import { functionalTier } from './functional.ts';
import { openHooks } from './hooks.ts';
import { installTier, plant } from './install.ts';
import { lintTier } from './lint.ts';
import { type LiveApp, openLiveApp } from './live-app.ts';
import { recordResources } from './resources.ts';
import { shootScreen, warmBrowser } from './screenshot.ts';
import { lookWhetherItStayedUp } from './stayed-up.ts';
import { takeStep } from './step.ts';
import { upgradeTier } from './upgrade.ts';

/**
 * The tiers of a run, against one deployment. A tier whose ground is missing is not begun: the verdict then finds no facts of
 * it and calls it unverified. What needs no deployment, or only looks, goes beside the waits. Without `deploy`, because the ground
 * of all of them is missing, there is nothing else.
 */
export async function runTiers(run: RunContext, deploy = true): Promise<void> {
  const planned = (tier: Tier) => run.plan.tiers.some((candidate) => candidate.tier === tier && candidate.run);
  const lint = planned('lint') ? lintTier(run) : Promise.resolve();
  try {
    if (deploy && planned('install')) await runDeployedTiers(run, planned);
  } finally {
    await lint;
  }
}

async function runDeployedTiers(run: RunContext, planned: (tier: Tier) => boolean): Promise<void> {
  await using live = openLiveApp(run);
  try {
    const hooks = await openHooks(run);
    if (hooks === undefined) return;
    live.hooks = hooks;
    if (!(await installAndShow(run, live))) return;
    if (planned('upgrade') && !(await upgradeTier(run, live))) return;
    if (planned('backup')) {
      const snapshot = await backupTier(run, live);
      if (planned('restore') && snapshot !== undefined && !(await restoreTier(run, live, snapshot))) return;
    }
    if (planned('functional')) await functionalTier(run);
    await lookWhetherItStayedUp(run);
  } finally {
    // What is only told about the app, and fails (on a full disk, say), is missing from the report and changes no verdict.
    await Promise.all([
      live.collect().catch(lacking(run, 'the logs could not be kept whole')),
      recordResources(run, live).catch(lacking(run, 'what the app needs was not measured')),
    ]);
  }
}

function lacking(run: RunContext, what: string): (error: unknown) => void {
  return (error) => run.facts.record({ fact: 'note', sentence: `${what}: ${messageOf(error)}` });
}

/** The picture is taken before anything changes the app; planting, beside it, changes only its data. */
async function installAndShow(run: RunContext, live: LiveApp): Promise<boolean> {
  await using browser = warmBrowser(run);
  if (!(await installTier(run, live))) return false;
  const picture = shootScreen(run, browser, live.hooks);
  const planted = await takeStep(run, 'install', 'plant canaries', () => plant(run, live));
  await picture;
  return planted.ok;
}
