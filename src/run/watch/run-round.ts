import type { Recipe } from '../../recipe/types.ts';
import type { PreparedApp, RunContext } from '../context.ts';
import { backupTier, restoreTier } from '../tiers/backup.ts';
import { functionalTier } from '../tiers/functional.ts';
import { openHooks } from '../tiers/hooks.ts';
import { installTier, plant } from '../tiers/install.ts';
import { lintTier } from '../tiers/lint.ts';
import { type LiveApp, openLiveApp } from '../tiers/live-app.ts';
import { shootScreen, warmBrowser } from '../tiers/screenshot.ts';
import { lookWhetherItStayedUp } from '../tiers/stayed-up.ts';
import { takeStep } from '../tiers/step.ts';
import { updateInPlace } from '../tiers/upgrade.ts';
import { judgeStep, type StepOutcome, type WatchStep } from './round.ts';

/** What a round works with. */
export interface RoundWork {
  readonly redone: readonly WatchStep[];
  /** The app in the life of one deployment: its logs and its use of the machine. */
  readonly live: LiveApp;
  /** What runs; undefined before the first install. */
  readonly before: PreparedApp | undefined;
  /** Whether the app is up, where this round does not deploy it. */
  readonly up: boolean;
  /** The release that lint compares with. */
  readonly base: Recipe | undefined;
  readonly onStep: (outcome: StepOutcome) => void;
}

/**
 * Does the steps of a round with the functions of the tiers, and judges each by what it recorded. Returns the outcomes and whether
 * the app is up. Rejects only when it is interrupted.
 */
export async function runRound(
  run: RunContext,
  work: RoundWork,
): Promise<{ readonly steps: readonly StepOutcome[]; readonly up: boolean }> {
  const steps: StepOutcome[] = [];
  const wanted = (step: WatchStep) => work.redone.includes(step);
  const tell = (outcome: StepOutcome) => {
    steps.push(outcome);
    work.onStep(outcome);
  };
  const take = async <T>(step: WatchStep, act: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const value = await act();
    tell({ step, ...judgeStep(step, run.plan, run.facts.all()), ms: performance.now() - started });
    return value;
  };
  const lint = wanted('lint') ? take('lint', () => lintTier(run, work.base)) : Promise.resolve();
  let { up } = work;
  try {
    if (wanted('install') || wanted('update')) up = await deploy(run, work, take);
    if (wanted('tests')) {
      if (up) await take('tests', () => functionalTier(run));
      else tell(notReached('tests'));
    }
    if (wanted('backup')) {
      if (up) up = await checkBackup(run, take);
      else tell(notReached('backup'));
    }
  } finally {
    await lint;
  }
  return { steps, up };
}

type Take = <T>(step: WatchStep, act: () => Promise<T>) => Promise<T>;

async function deploy(run: RunContext, { redone, live, before }: RoundWork, take: Take): Promise<boolean> {
  await using browser = warmBrowser(run);
  const [step, act] =
    redone.includes('install') || before === undefined
      ? (['install', () => installTier(run, live)] as const)
      : (['update', () => updateInPlace(run, before)] as const);
  return take(step, async () => {
    const hooks = await openHooks(run);
    if (hooks === undefined) return false;
    live.hooks = hooks;
    const up = await act();
    if (!up) return false;
    await shootScreen(run, browser, hooks);
    await lookWhetherItStayedUp(run);
    return true;
  });
}

/** Backup and restore with data of ours and a repository of this round. Everything in the app is destroyed in between. */
async function checkBackup(run: RunContext, take: Take): Promise<boolean> {
  await using live = openLiveApp(run);
  const snapshot = await take('backup', async () => {
    const hooks = await openHooks(run);
    if (hooks === undefined) return undefined;
    live.hooks = hooks;
    const planted = await takeStep(run, 'backup', 'plant canaries', () => plant(run, live));
    return planted.ok ? backupTier(run, live) : undefined;
  });
  if (snapshot === undefined) return true;
  return take('restore', () => restoreTier(run, live, snapshot));
}

function notReached(step: WatchStep): StepOutcome {
  return { step, status: 'unver', sentence: 'not reached: the app is not up', ms: 0, problems: [] };
}
