import { performBackup } from '../../backup/backup.ts';
import { checkCanaries } from '../../backup/canaries/canaries.ts';
import type { BackupContext } from '../../backup/context.ts';
import { uncoveredData } from '../../backup/coverage.ts';
import { destroyData, performRestore } from '../../backup/restore.ts';
import { settled } from '../../swarm/settled.ts';
import type { RunContext } from '../context.ts';
import { askPorts, askUp } from './deployment.ts';
import type { LiveApp } from './live-app.ts';
import { refuseWhenInterrupted, takeStep } from './step.ts';

/** Once data is known to be lost the tier has failed: an app that starts over without it gets so long and no more. */
const LOST_PATIENCE_MS = 5000;

/** Level 3, first half: hooks, a restic snapshot, and a look at what it holds. Returns the snapshot, if there is one to restore. */
export async function backupTier(run: RunContext, live: LiveApp): Promise<string | undefined> {
  const settling = await takeStep(run, 'backup', 'settle', () =>
    run.timeline.span('settle', 'backup', () => settled(run.engine, run.plan.stackName, { signal: run.signal })),
  );
  if (!settling.ok) return undefined;
  if (!(await live.hooks.call('backup', 'beforeBackup'))) return undefined;
  if (settling.value.outcome !== 'settled')
    run.facts.record({ fact: 'note', sentence: `the backup was made while an update was ${settling.value.outcome}` });
  const made = await takeStep(run, 'backup', 'backup', async () => {
    const outcome = await run.timeline.span('backup', 'backup', async () =>
      performBackup(await backupContext(run, live)),
    );
    // A hook that the interruption has ended has not failed by itself.
    refuseWhenInterrupted(run);
    run.facts.record({ fact: 'hooks', moment: 'backup', hooks: outcome.hooks });
    run.facts.record({
      fact: 'snapshot',
      report: outcome.snapshot,
      attempts: outcome.attempts,
      settled: settling.value.outcome === 'settled',
    });
    for (const warning of outcome.snapshot.warnings ?? []) run.facts.record({ fact: 'note', sentence: warning });
    for (const reason of outcome.retried)
      run.facts.record({ fact: 'note', sentence: `the backup was repeated: ${reason}` });
    run.facts.record({ fact: 'uncovered', ...uncoveredData(run.plan.backup, live.survivors) });
    return outcome.snapshot;
  });
  if (!made.ok || made.value.files === 0) return undefined;
  if (!(await live.hooks.verifyBackup())) return undefined;
  return (await live.hooks.call('backup', 'afterBackup')) ? made.value.id : undefined;
}

/** Level 3, second half: everything planted is destroyed, then restored as an operator would, then looked for. */
export async function restoreTier(run: RunContext, live: LiveApp, snapshot: string): Promise<boolean> {
  const context = await backupContext(run, live);
  if (!(await live.hooks.call('restore', 'beforeRestore'))) return false;
  const destroyed = await takeStep(run, 'restore', 'destroy', async () => {
    const destruction = await run.timeline.span('destroy', 'restore', () => destroyData(context));
    run.facts.record({
      fact: 'destroyed',
      checks: destruction.checks,
      emptied: [...destruction.emptied],
      stopped: [...destruction.stopped],
    });
  });
  if (!destroyed.ok) return false;
  const restored = await takeStep(run, 'restore', 'restore', async () => {
    const outcome = await run.timeline.span('restore', 'restore', () => performRestore(context, snapshot));
    refuseWhenInterrupted(run);
    run.facts.record({ fact: 'hooks', moment: 'restore', hooks: outcome.hooks });
    run.facts.record({ fact: 'restored', ms: outcome.ms, expected: [...outcome.expected], early: [...outcome.early] });
    return new Set(outcome.expected);
  });
  if (!restored.ok) return false;
  const proven = await takeStep(run, 'restore', 'prove', async () => {
    run.facts.record({ fact: 'converged', moment: 'restore', convergence: live.lastReady() });
    const look = () =>
      run.timeline.span('look for canaries', 'restore', () => checkCanaries(live.data, live.survivors));
    const first = await look();
    const lost = first.some(({ id, found }) => !found && restored.value.has(id));
    const served = await serveAgain(run, lost ? LOST_PATIENCE_MS : run.plan.head.timeoutSeconds * 1000);
    run.facts.record({ fact: 'canaries', moment: 'after-restore', checks: lost ? await look() : first });
    return served;
  });
  if (!proven.ok || !proven.value) return false;
  if (!(await live.hooks.waitReady('restore', run.plan.head.timeoutSeconds * 1000))) return false;
  return live.hooks.call('restore', 'afterRestore');
}

async function serveAgain(run: RunContext, timeoutMs: number): Promise<boolean> {
  const { plan } = run;
  const listens = await askPorts(run, 'restore', timeoutMs);
  if (plan.hosts.length === 0) return listens;
  const answer = await askUp(run, 'restore', timeoutMs);
  run.facts.record({ fact: 'served', moment: 'restore', answers: answer.answers, ok: answer.ok, ms: answer.ms });
  return answer.ok && listens;
}

async function backupContext(run: RunContext, live: LiveApp): Promise<BackupContext> {
  return {
    data: live.data,
    plan: run.plan.backup,
    repository: await live.repository(),
    canaries: live.survivors,
    workDir: run.directory.work,
    tag: run.plan.stackName,
    signal: run.signal,
  };
}
