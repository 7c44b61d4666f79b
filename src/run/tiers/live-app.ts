import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppData } from '../../backup/app-data.ts';
import { makeEngineAppData } from '../../backup/engine-app-data.ts';
import { prepareRepository, type Repository } from '../../backup/repository.ts';
import type { Canary } from '../../backup/types.ts';
import { CodedError } from '../../base/errors.ts';
import { converge } from '../../swarm/converge.ts';
import { recordPresent } from '../../swarm/deploy.ts';
import { followLogs, type LogFollower } from '../../swarm/logs.ts';
import type { Convergence, ServiceUsage } from '../../swarm/types.ts';
import type { UsageWatch } from '../../swarm/usage.ts';
import { recordBounds, watchLimits } from '../bounds/watch-limits.ts';
import type { PreparedApp, RunContext } from '../context.ts';
import { NO_HOOKS, type RecipeHooks } from './hooks.ts';

/** The app while it lives: its data, its logs, what it uses. Shared by the tiers of one run. */
export interface LiveApp extends AsyncDisposable {
  /** The data of what is deployed now: the base, then the head. */
  readonly data: AppData;
  /** From here on the head is deployed. */
  moveToHead(): void;
  /** None until they are read. */
  hooks: RecipeHooks;
  canaries: readonly Canary[];
  /** Those that the last look found: only what is there can be backed up, destroyed and looked for again. */
  survivors: readonly Canary[];
  /** Begins to watch what the services use and write. */
  watch(): void;
  /** The restic repository of this run, prepared from the first moment on. */
  repository(): Promise<Repository>;
  /** How the last wait for the services ended that a restore asked for. */
  lastReady(): Convergence;
  usage(): readonly ServiceUsage[];
  /** The text of an app's `abra.sh`; empty without one. */
  abraSh(prepared: PreparedApp): string;
  /** Ends the logs in the run's directory, and masks what the services wrote of their secrets. */
  collect(): Promise<void>;
}

/** Opens the shared view of the live app. */
export function openLiveApp(run: RunContext): LiveApp {
  const { engine, plan } = run;
  const openedMs = Date.now();
  let watch: UsageWatch | undefined;
  let logs: Promise<LogFollower> | undefined;
  let ready: Convergence | undefined;
  // Begun now, needed much later: its key takes a second of processor time that the first deploy leaves idle.
  const repository = plan.tiers.some(({ tier, run: planned }) => tier === 'backup' && planned)
    ? prepareRepository(run.directory.resticRepository, join(run.paths.cache, 'restic-template'))
    : undefined;
  repository?.catch(() => undefined);
  const waitReady = async () => {
    ready = await converge(engine, {
      deploy: await recordPresent(engine, plan.stackName),
      timeoutMs: plan.head.timeoutSeconds * 1000,
      signal: run.signal,
    });
    if (ready.outcome === 'converged') return;
    run.facts.record({ fact: 'converged', moment: 'restore', convergence: ready });
    recordBounds(run, ready.causes);
    throw new CodedError({ code: 'E_NOT_READY', message: 'the services did not come up again', fault: 'recipe' });
  };
  const dataOf = ({ stack }: PreparedApp) =>
    makeEngineAppData({ engine, stack, stackName: plan.stackName, waitReady, signal: run.signal });
  let data = dataOf(run.base ?? run.head);
  return {
    get data() {
      return data;
    },
    moveToHead() {
      data = dataOf(run.head);
    },
    hooks: NO_HOOKS,
    canaries: [],
    survivors: [],
    watch() {
      watch ??= watchLimits(run, openedMs);
      logs ??= followLogs(engine, { stackName: plan.stackName, dir: run.directory.logs, masker: run.masker });
      logs.catch(() => undefined);
    },
    async repository() {
      if (repository === undefined) throw new Error('a run without backup has no repository');
      return repository;
    },
    lastReady() {
      if (ready === undefined) throw new Error('no restore has waited for the services yet');
      return ready;
    },
    usage: () => watch?.current() ?? [],
    abraSh({ app }) {
      return app.recipe.abraSh === undefined ? '' : readFileSync(join(app.recipe.dir, 'abra.sh'), 'utf8');
    },
    async collect() {
      await (await logs)?.stop();
    },
    async [Symbol.asyncDispose]() {
      await watch?.[Symbol.asyncDispose]();
      await repository?.catch(() => undefined);
    },
  };
}
