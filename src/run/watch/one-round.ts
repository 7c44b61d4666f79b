import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Deadline, startDeadline } from '../../base/deadline.ts';
import { CodedError, formatWhere, messageOf } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import type { Recipe } from '../../recipe/types.ts';
import { claimRoom } from '../capacity/claim-room.ts';
import { writeCredentials } from '../credentials.ts';
import { lockPorts } from '../host-ports.ts';
import { makePlan } from '../plan/make-plan.ts';
import { openLiveApp } from '../tiers/live-app.ts';
import type { Plan } from '../types.ts';
import type { WatchCommand } from './inbox.ts';
import { planRound, type RoundTask } from './plan-round.ts';
import { type PreparedRound, prepareRound, roundDirectory } from './prepare-round.ts';
import type { Problem, RoundPlan, StepOutcome } from './round.ts';
import { runRound } from './run-round.ts';
import { type Deployment, type Session, takeDown } from './session-state.ts';

const LINT_BASE = 'lint-base';

/**
 * One round of a session: looks what changed, does what that can affect, and tells. A recipe that cannot be read or deployed
 * is an outcome like any other. Rejects only when the session is over.
 */
export async function oneRound(session: Session, asked: WatchCommand | undefined): Promise<void> {
  const started = performance.now();
  const { options, request } = session;
  session.rounds += 1;
  const steps: StepOutcome[] = [];
  let plan: RoundPlan = {
    round: session.rounds,
    at: new Date().toISOString(),
    hash: session.known,
    changed: [],
    redone: [],
    reasons: [],
  };
  let broken: Problem | null = null;
  using deadline = startDeadline(request.deadlineSeconds * 1000, options.signal);
  try {
    const { prepared, task } = await makeReady(session, asked, deadline.signal);
    const { redone, paths, reasons } = task;
    plan = { ...plan, hash: prepared.tree.hash, changed: paths, redone, reasons };
    options.onBegin(plan);
    await act(session, prepared, task, deadline, (outcome) => {
      steps.push(outcome);
      options.onStep(outcome);
    });
  } catch (error: unknown) {
    options.signal.throwIfAborted();
    broken = brokenBy(deadline.expired() ? deadline.signal.reason : error, session);
    if (session.deployment !== undefined && deadline.expired())
      session.deployment = { ...session.deployment, up: false };
  }
  remember(session, steps);
  await sweepWork(session);
  options.onRound({
    ...plan,
    steps,
    broken,
    ms: performance.now() - started,
    standing: [...session.outcomes.values()],
  });
}

interface Ready {
  readonly prepared: PreparedRound;
  readonly task: RoundTask;
}

/** Reads the recipe as it is now and decides what to do. Touches nothing but the work directory. */
async function makeReady(session: Session, asked: WatchCommand | undefined, signal: AbortSignal): Promise<Ready> {
  const { open, options, request, facts, identity, deployment } = session;
  const name = `round-${session.rounds}`;
  const living = identity === undefined ? undefined : { ...identity, secrets: deployment?.run.secrets ?? new Map() };
  const source = { open, options, request, facts, signal };
  const prepared = await prepareRound({ ...source, name, living, held: deployment?.held ?? new Map() });
  session.known = prepared.tree.hash;
  const { createdAt, head } = prepared.run.plan;
  session.identity ??= { createdAt, versionLabel: head.versionLabel };
  const task = planRound(prepared.picture, deployment, asked, prepared.renamed);
  if (task.deploy !== 'fresh' || deployment === undefined) return { prepared, task };
  // A new app has new secrets, and its configs have their own names.
  const anew = {
    ...source,
    name: `${name}-fresh`,
    living: { ...session.identity, secrets: new Map() },
    held: new Map(),
  };
  return { prepared: await prepareRound(anew), task };
}

async function act(
  session: Session,
  prepared: PreparedRound,
  { deploy, redone }: RoundTask,
  deadline: Deadline,
  onStep: (outcome: StepOutcome) => void,
): Promise<void> {
  const planned = (tier: string) => tier !== 'backup' || redone.includes('backup');
  const { plan } = prepared.run;
  const tiers = plan.tiers.map((row) => ({ ...row, run: row.run && planned(row.tier) }));
  const run = { ...prepared.run, plan: { ...plan, tiers } };
  if (deploy === 'fresh') {
    const residue = await takeDown(session);
    if (residue.length > 0) throw leftBehind(residue);
  }
  await writeFileAtomic(run.directory.plan, `${JSON.stringify(run.plan, null, 2)}\n`);
  if (deploy === 'fresh') await takeRoom(session, run.plan, deadline);
  if (deploy !== 'nothing') await holdPorts(session, run.plan.hostPorts, deadline);
  const before = session.deployment;
  const { picture, held } = prepared;
  const deployed = deploy === 'nothing' ? {} : { head: run.head, held, up: false };
  // Before it acts: what it may have made has to be known when it is interrupted.
  const deployment: Deployment =
    before === undefined
      ? { run, live: openLiveApp(run), proven: false, picture, head: run.head, held, up: false }
      : { ...before, ...deployed, picture, run };
  session.deployment = deployment;
  if (before === undefined) {
    await writeCredentials(run, session.open.directory);
    session.options.onApp({ plan: run.plan, directory: session.open.directory });
  }
  const { up } = await runRound(run, {
    redone,
    live: deployment.live,
    before: before?.head,
    up: deployment.up,
    base: redone.includes('lint') ? await lintBase(session, deadline.signal) : undefined,
    onStep,
  });
  session.deployment = { ...deployment, up, proven: deployment.proven || up };
}

/** The app needs the room of a run, for as long as it is up. */
async function takeRoom(session: Session, plan: Plan, deadline: Deadline): Promise<void> {
  const { options, open } = session;
  const places = { network: options.settings.proxyNetwork, directory: open.directory.root };
  session.held.use(
    await claimRoom(
      { engine: open.engine, paths: options.paths, plan, places },
      { waitMs: options.waitForRoomMs, signal: deadline.signal, report: open.report },
    ),
  );
}

async function holdPorts(session: Session, ports: readonly number[], deadline: Deadline): Promise<void> {
  const { options, open, held, ports: taken } = session;
  for (const port of ports.filter((candidate) => !taken.has(candidate))) {
    const onWait = () => open.report({ event: 'progress', text: `waiting for port ${port}, which another run holds` });
    const timeoutMs = deadline.remainingMs();
    held.use(await lockPorts(options.paths, { ports: [port], timeoutMs, signal: deadline.signal, onWait }));
    taken.add(port);
  }
}

/** The release that a full run would upgrade from: some rules compare with it. Looked for until it was found or there is none. */
async function lintBase(session: Session, signal: AbortSignal): Promise<Recipe | undefined> {
  const { open, options, request, identity } = session;
  const directory = roundDirectory(open.directory, LINT_BASE);
  const living = identity === undefined ? undefined : { ...identity, secrets: new Map<string, string>() };
  session.lintBase ??= await makePlan(
    { ...request, tiers: ['upgrade'] },
    { ...options, ...open, directory, signal, living },
  ).then(
    ({ base }) => ({ recipe: base?.app.recipe }),
    () => undefined,
  );
  return session.lintBase?.recipe;
}

function remember(session: Session, steps: readonly StepOutcome[]): void {
  const { outcomes, rounds } = session;
  // Of an app that was removed only what was said of its recipe still holds.
  if (steps.some(({ step }) => step === 'install'))
    for (const step of outcomes.keys()) if (step !== 'lint') outcomes.delete(step);
  for (const { step, status } of steps) outcomes.set(step, { step, status, round: rounds });
}

/** Removes the checkouts of earlier rounds; services may have mounted the one they were deployed from. */
async function sweepWork({ open, deployment }: Session): Promise<void> {
  const kept = [LINT_BASE];
  if (deployment !== undefined) {
    kept.push(basename(deployment.run.directory.work));
    kept.push(basename(join(deployment.head.app.recipe.dir, '..')));
  }
  for (const entry of await readdir(open.directory.work, { withFileTypes: true }))
    if (entry.isDirectory() && !kept.includes(entry.name))
      await rm(join(open.directory.work, entry.name), { recursive: true, force: true });
}

function leftBehind(residue: readonly string[]): CodedError {
  return new CodedError({
    code: 'E_RESIDUE',
    message: `the app could not be removed: ${residue.join(', ')} is still there`,
    fault: 'infrastructure',
    hint: 'end the session; `cc-ci clean` tries again',
  });
}

/** What kept a round from being done, with its place in the recipe. */
function brokenBy(error: unknown, { open }: Session): Problem {
  const mask = (text: string) => open.masker.mask(text);
  if (!(error instanceof CodedError)) {
    return { code: 'E_INTERNAL', sentence: mask(messageOf(error)), fault: 'cc-ci', hint: null, evidence: [] };
  }
  const place = formatWhere(error.where);
  return {
    code: error.code,
    sentence: mask(place === '' ? error.message : `${place}: ${error.message}`),
    fault: error.fault,
    hint: error.hint ?? null,
    evidence: error.evidence.map(mask),
  };
}
