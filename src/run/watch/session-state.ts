import type { JsonLines } from '../../base/files.ts';
import type { Recipe } from '../../recipe/types.ts';
import type { PreparedApp, RunContext } from '../context.ts';
import { recordFacts } from '../facts.ts';
import type { OpenRun, RunOptions } from '../open-run.ts';
import type { LivingApp } from '../plan/make-plan.ts';
import type { RunDirectory } from '../run-directory.ts';
import { tearDown } from '../teardown.ts';
import type { LiveApp } from '../tiers/live-app.ts';
import type { Plan, RunRequest } from '../types.ts';
import { factsOf } from '../verdict/checks.ts';
import type { Inbox } from './inbox.ts';
import type { Standing } from './plan-round.ts';
import type { Round, RoundPlan, StepOutcome } from './round.ts';

/** What a session is told and tells. */
export interface WatchOptions extends RunOptions {
  readonly inbox: Inbox;
  /** The app, whenever it is installed. */
  readonly onApp: (app: { readonly plan: Plan; readonly directory: RunDirectory }) => void;
  readonly onBegin: (round: RoundPlan) => void;
  readonly onStep: (outcome: StepOutcome) => void;
  readonly onRound: (round: Round) => void;
  /** Makes the run that counts, of the work tree as it is. */
  readonly fullRun: () => Promise<void>;
}

/** The app in the life of one deployment. */
export interface Deployment extends Standing {
  readonly run: RunContext;
  readonly live: LiveApp;
  /** What was deployed last, whether it came up or not. */
  readonly head: PreparedApp;
  /** Config name in the Swarm → hash of what it holds. */
  readonly held: ReadonlyMap<string, string>;
  readonly up: boolean;
}

/** What a session remembers from one round to the next. */
export interface Session {
  readonly request: RunRequest;
  readonly options: WatchOptions;
  readonly open: OpenRun;
  /** The facts of all rounds; each round has a recorder of its own that writes there. */
  readonly facts: JsonLines;
  /** What the app that is up holds of this host: its room, and ports. */
  held: AsyncDisposableStack;
  readonly ports: Set<number>;
  /** The newest outcome of each step. */
  readonly outcomes: Map<StepOutcome['step'], Round['standing'][number]>;
  rounds: number;
  /** Hash of the tree that was looked at last. */
  known: string;
  /** What no round changes: else every service would be replaced for its labels. */
  identity: Pick<LivingApp, 'createdAt' | 'versionLabel'> | undefined;
  /** The release that lint compares with, once it has been looked for. */
  lintBase: { readonly recipe: Recipe | undefined } | undefined;
  deployment: Deployment | undefined;
}

/** Removes the app that is up, if there is one, and its locks on ports. Returns what is left: it is then tried again at the end. */
export async function takeDown(session: Session): Promise<readonly string[]> {
  const { deployment, open } = session;
  if (deployment !== undefined) {
    const facts = recordFacts(session.facts, open.report, open.masker);
    await deployment.live.collect().catch(() => undefined);
    await deployment.live[Symbol.asyncDispose]();
    await tearDown({ ...deployment.run, facts });
    const residue = factsOf(facts.all(), 'teardown').flatMap((fact) => fact.residue);
    if (residue.length > 0) return residue;
  }
  session.deployment = undefined;
  await session.held.disposeAsync();
  session.held = new AsyncDisposableStack();
  session.ports.clear();
  return [];
}
