import type { Dependent } from '../../kit/hooks.ts';
import type { Dependency } from '../../kit/index.ts';
import type { Masker } from '../base/mask.ts';
import type { StatePaths } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import type { Stack } from '../recipe/compose/types.ts';
import type { ResolvedSource } from '../recipe/git/source.ts';
import type { App } from '../recipe/types.ts';
import type { Engine } from '../swarm/engine.ts';
import type { FactRecorder } from './facts.ts';
import type { Journal } from './journal.ts';
import type { Reporter } from './reporter.ts';
import type { RunDirectory } from './run-directory.ts';
import type { Timeline } from './timeline.ts';
import type { Plan } from './types.ts';

/** An app with the stack that is really deployed: adapted to this kernel, labelled as ours. */
export interface PreparedApp {
  readonly app: App;
  readonly stack: Stack;
  /** What `docker stack deploy` reads from standard input. */
  readonly yaml: string;
}

/** A dependency that is up, with what the app, its tests and its hooks may know of it. */
export interface ReadyDependency extends Dependency {
  readonly recipe: string;
  readonly hosts: readonly string[];
}

/** Everything the steps of one run share. Made once, when the plan stands. */
export interface RunContext {
  readonly plan: Plan;
  readonly head: PreparedApp;
  readonly base: PreparedApp | undefined;
  readonly engine: Engine;
  readonly settings: Settings;
  readonly paths: StatePaths;
  readonly directory: RunDirectory;
  readonly journal: Journal;
  readonly facts: FactRecorder;
  readonly timeline: Timeline;
  readonly report: Reporter;
  readonly masker: Masker;
  /** Secret name in the Swarm → value. In memory only, and in the 0600 credentials file of a kept app. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Where head and base were taken from. */
  readonly source: ResolvedSource;
  /** `recipes/<name>` of this installation, when the recipe is enrolled. */
  readonly enrolledDir: string | undefined;
  /** What stands beside the app. */
  readonly dependencies: readonly ReadyDependency[];
  /** Set where the app is itself a dependency: of whom. */
  readonly dependent?: Dependent | undefined;
  /** Fires at a signal and at the run's deadline; teardown has bounds of its own. */
  readonly signal: AbortSignal;
}
