import { startDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import { openJsonLines, writeFileAtomic } from '../base/files.ts';
import { newRunId } from '../base/ids.ts';
import { openScratch } from '../base/scratch.ts';
import type { RunResults } from '../results/schema.ts';
import { connectEngine } from '../swarm/engine.ts';
import { watchEngine } from '../swarm/engine-watch.ts';
import { watchDisk } from './bounds/watch-disk.ts';
import { writeBundle } from './bundle/write-bundle.ts';
import { claimRoom, foreseeRoom } from './capacity/claim-room.ts';
import type { RunContext } from './context.ts';
import { type PreparedRun, planRun } from './deps/plan-dependencies.ts';
import { raiseDependencies } from './deps/raise-dependencies.ts';
import { type FactRecorder, recordFacts } from './facts.ts';
import { finishRun } from './finish.ts';
import { lockPorts } from './host-ports.ts';
import { type OpenRun, type RunEnvironment, type RunOptions, withOpenRun } from './open-run.ts';
import { makeRunDirectory, type RunDirectory, runDirectory } from './run-directory.ts';
import { ifThereIsRoom, removeWork, tearDown } from './teardown.ts';
import { runTiers } from './tiers/run-tiers.ts';
import { startTimeline } from './timeline.ts';
import type { Plan, RunRequest } from './types.ts';

export interface RunOutcome {
  readonly results: RunResults;
  readonly directory: RunDirectory;
  readonly plan: Plan;
  /** True when the app is still up; one that was interrupted is taken down although it was to be kept. */
  readonly kept: boolean;
}

/**
 * One run: plan, tiers, teardown, verdict. Returns with a verdict however the tiers went; rejects with `CodedError` only when
 * there is nothing to judge, because the plan could not be made or was refused. Nothing is left behind in either case.
 */
export function runRecipe(request: RunRequest, options: RunOptions): Promise<RunOutcome> {
  return withOpenRun(request.domain, options, async (open) => {
    await using factsFile = await openJsonLines(open.directory.facts);
    return await runInDirectory({ ...open, request, options, facts: recordFacts(factsFile, open.report, open.masker) });
  });
}

interface Started extends OpenRun {
  readonly request: RunRequest;
  readonly options: RunOptions;
  readonly facts: FactRecorder;
}

async function runInDirectory(started: Started): Promise<RunOutcome> {
  const { request, options, runId, directory, engine, journal, facts, report, masker } = started;
  const startedAt = new Date();
  const timeline = startTimeline((event, name, tier, ms) =>
    report(event === 'begin' ? { event, name, tier, atMs: ms } : { event, name, tier, ms }),
  );
  using lost = await watchEngine(engine);
  const detail = () => messageOf(lost.signal.reason);
  // At once: what is seen from here on is the Engine's doing.
  lost.signal.addEventListener('abort', () => facts.record({ fact: 'interrupted', by: 'engine', detail: detail() }));
  // From here on, so that a repository that never answers is inside the bound too.
  using deadline = startDeadline(request.deadlineSeconds * 1000, AbortSignal.any([options.signal, lost.signal]));
  let prepared: PreparedRun;
  let room: AsyncDisposable | undefined;
  try {
    prepared = await timeline.span('plan', null, () =>
      planRun(request, { ...options, engine, runId, directory, signal: deadline.signal }),
    );
    masker.add(prepared.secrets.values());
    await writeFileAtomic(directory.plan, `${JSON.stringify(prepared.plan, null, 2)}\n`);
    report({ event: 'planned', plan: prepared.plan });
    const places = { network: options.settings.proxyNetwork, directory: directory.root };
    room = await claimRoom(
      { engine, paths: options.paths, plan: prepared.plan, places },
      { waitMs: options.waitForRoomMs, signal: deadline.signal, report },
    ).catch((error: unknown) => {
      if (!deadline.signal.aborted) throw error;
      // Nothing is deployed any more: the run ends as one that was cancelled.
      return undefined;
    });
  } catch (error: unknown) {
    await removeWork({ directory, journal });
    await ifThereIsRoom(journal.close());
    throw error;
  }
  await using _room = room;
  // Until the app is gone, whatever becomes of its tiers: the next run would meet what is being removed.
  await using ports = new AsyncDisposableStack();
  const { dependencies, ...app } = prepared;
  const { stackName, dependencies: beside = [], bounds } = prepared.plan;
  using disk = watchDisk({
    engine,
    stackNames: [stackName, ...beside.map((each) => each.stackName)],
    directory: directory.root,
    boundBytes: (bounds ?? options.settings.bounds).diskMiB * 1024 ** 2,
  });
  disk.signal.addEventListener('abort', () =>
    facts.record({ fact: 'interrupted', by: 'bound', detail: messageOf(disk.signal.reason) }),
  );
  let run: RunContext = {
    ...app,
    dependencies: [],
    engine,
    settings: options.settings,
    paths: options.paths,
    directory,
    journal,
    facts,
    timeline,
    report,
    masker,
    signal: AbortSignal.any([deadline.signal, disk.signal]),
  };
  const bundle = writeBundle(run, request);
  const { signal } = run;
  let kept = false;
  try {
    signal.throwIfAborted();
    ports.use(await waitForPorts(run, deadline.remainingMs()));
    const raised = await raiseDependencies(run, dependencies);
    run = raised.run;
    try {
      await runTiers(run, raised.ok);
    } finally {
      await raised.close();
    }
  } catch (error: unknown) {
    if (!signal.aborted) facts.recordFailure(undefined, 'run', error);
  } finally {
    // A step may end quietly when it is cancelled: what was interrupted is said in one place.
    disk[Symbol.dispose]();
    if (deadline.signal.aborted && !lost.signal.aborted) recordInterruption(run, deadline.expired(), options.signal);
    kept = request.keep && !signal.aborted;
    if (!kept) await tearDown(run);
  }
  await bundle;
  await removeWork(run);
  try {
    const results = await finishRun(run, { startedAt, kept });
    return { results, directory, plan: prepared.plan, kept };
  } finally {
    await (kept ? journal.kept() : closeJournal(run));
  }
}

/** Host ports cannot be had twice: runs that publish the same one go one after the other. */
function waitForPorts(run: RunContext, timeoutMs: number): Promise<AsyncDisposable> {
  const { hostPorts, dependencies = [] } = run.plan;
  const ports = [...hostPorts, ...dependencies.flatMap((each) => each.hostPorts)];
  const onWait = (port: number) =>
    run.report({ event: 'progress', text: `waiting for port ${port}, which another run holds` });
  return lockPorts(run.paths, { ports, timeoutMs, signal: run.signal, onWait });
}

/** A run that could not remove everything stays open: the next janitor tries again. */
async function closeJournal(run: RunContext): Promise<void> {
  const residue = run.facts.all().some((fact) => fact.fact === 'teardown' && fact.residue.length > 0);
  if (!residue) await ifThereIsRoom(run.journal.close());
}

function recordInterruption(run: RunContext, expired: boolean, outer: AbortSignal): void {
  run.facts.record(
    expired
      ? { fact: 'interrupted', by: 'deadline', detail: `the run took longer than ${run.plan.deadlineSeconds} s` }
      : { fact: 'interrupted', by: 'signal', detail: `by ${String(outer.reason)}` },
  );
}

/** The plan alone: nothing is deployed, and what was fetched to make it is removed again. */
export async function planRecipe(request: RunRequest, environment: RunEnvironment): Promise<Plan> {
  const runId = newRunId();
  await using scratch = await openScratch(environment.paths.cache, 'plan');
  const directory = runDirectory(environment.paths, runId, scratch.path);
  const engine = await connectEngine(environment.settings.dockerSocket);
  try {
    await makeRunDirectory(directory);
    const signal = new AbortController().signal;
    const { plan } = await planRun(request, { ...environment, engine, runId, directory, signal });
    const places = { network: environment.settings.proxyNetwork, directory: directory.root };
    const foreseen = await foreseeRoom({ engine, paths: environment.paths, plan, places });
    return { ...plan, warnings: [...plan.warnings, ...foreseen] };
  } finally {
    engine.close();
  }
}
