import { CodedError } from '../../base/errors.ts';
import { openJsonLines, writeFileAtomic } from '../../base/files.ts';
import { resolveApp } from '../../recipe/app.ts';
import type { PreparedApp, RunContext } from '../context.ts';
import { recordFacts } from '../facts.ts';
import type { Journal } from '../journal.ts';
import { runLabelsOf } from '../plan/make-plan.ts';
import { prepareApp } from '../plan/stack-file.ts';
import { dependencyStep } from '../teardown.ts';
import { openHooks } from '../tiers/hooks.ts';
import { installTier } from '../tiers/install.ts';
import { type LiveApp, openLiveApp } from '../tiers/live-app.ts';
import { lookWhetherItStayedUp } from '../tiers/stayed-up.ts';
import { takeStep } from '../tiers/step.ts';
import { startTimeline } from '../timeline.ts';
import { judge } from '../verdict/judge.ts';
import { countDeploys } from '../verdict/whole.ts';
import type { PreparedDependency } from './plan-dependencies.ts';
import { type DependencyValues, filledEnv, missingValue, placeValues, secretValues } from './wiring.ts';

/** What stands beside the app, and the run as it goes on with it. */
export interface Raised {
  /** With the values of the dependencies in the app's env and secrets, as far as these came up. */
  readonly run: RunContext;
  /** False when one of them did not: the app is then not deployed. */
  readonly ok: boolean;
  /** To be called before they are removed: says which of them fell over while the app was up, and ends their logs. */
  close(): Promise<void>;
}

interface Standing {
  readonly recipe: string;
  readonly run: RunContext;
  readonly live: LiveApp;
}

/**
 * Deploys what the app needs, one after the other as listed, each as an installation of its own stack within this run, and hands
 * the app what each gives. Their facts are kept apart from the app's: what goes wrong with them is never the app's fault.
 */
export async function raiseDependencies(
  first: RunContext,
  dependencies: readonly PreparedDependency[],
): Promise<Raised> {
  await using upkeep = new AsyncDisposableStack();
  const standing: Standing[] = [];
  let run = first;
  let ok = true;
  for (const dependency of dependencies) {
    const { recipe } = dependency.wiring;
    const raised = await takeStep(run, 'install', `dependency ${recipe}`, () =>
      run.timeline.span(`dependency ${recipe}`, 'install', async () => {
        const context = await openContext(run, dependency, upkeep);
        const live = openLiveApp(context);
        upkeep.use(live);
        upkeep.defer(() => live.collect().catch(() => undefined));
        standing.push({ recipe, run: context, live });
        return handOver(run, dependency, await bringUp(run, context, live, recipe));
      }),
    );
    ok = raised.ok;
    if (!raised.ok) break;
    run = raised.value;
  }
  const kept = upkeep.move();
  return {
    run,
    ok,
    async close() {
      await using _kept = kept;
      if (ok) for (const each of standing) await lookAgain(run, each);
    },
  };
}

/** The context in which a dependency is a run's app of its own, but for the journal, the deadline and the run's id. */
async function openContext(
  run: RunContext,
  { wiring, prepared, directory }: PreparedDependency,
  upkeep: AsyncDisposableStack,
): Promise<RunContext> {
  await writeFileAtomic(directory.plan, `${JSON.stringify(prepared.plan, null, 2)}\n`);
  const facts = await openJsonLines(directory.facts);
  upkeep.use(facts);
  return {
    ...run,
    ...prepared,
    directory,
    journal: partOfJournal(run.journal, wiring.recipe),
    facts: recordFacts(facts, () => undefined, run.masker),
    timeline: startTimeline(),
    report: (event) => {
      if (event.event === 'progress') run.report(event);
    },
    dependent: { recipe: run.plan.recipe.name, domain: run.plan.domain, url: `https://${run.plan.domain}` },
    dependencies: [],
  };
}

function partOfJournal(journal: Journal, recipe: string): Journal {
  const name = (step: string) => dependencyStep(recipe, step);
  return {
    ...journal,
    begin: (step, undo) => journal.begin(name(step), undo),
    end: (step) => journal.end(name(step)),
    failed: (step, detail) => journal.failed(name(step), detail),
    undone: (step) => journal.undone(name(step)),
  };
}

/** Installs and provisions a dependency, and gives what it gave. Whatever is in the way is `E_DEPENDENCY`. */
async function bringUp(run: RunContext, own: RunContext, live: LiveApp, recipe: string): Promise<DependencyValues> {
  const hooks = await openHooks(own);
  if (hooks !== undefined) live.hooks = hooks;
  const up = hooks !== undefined && (await installTier(own, live));
  const { version, commit } = own.plan.recipe;
  const { fresh, updates } = countDeploys(own.plan, own.facts.all());
  run.facts.record({
    fact: 'dependency',
    recipe,
    version,
    commit,
    domain: own.plan.domain,
    stackName: own.plan.stackName,
    up,
    deploys: { fresh, updates },
    images: own.facts.all().flatMap((fact) => (fact.fact === 'images' ? fact.pins : [])),
    ms: own.timeline.elapsedMs(),
  });
  if (!up || !isInstalled(own)) throw failure(own, recipe, 'failed to install');
  const given = await hooks.provision();
  if (given === undefined) throw failure(own, recipe, 'failed to be provisioned');
  return { ...given, ...placeValues(own.plan.domain) };
}

/** By the same judgement as an app: what shows nothing is not up. */
function isInstalled({ plan, facts }: RunContext): boolean {
  return judge(plan, facts.all()).rungs.some(({ tier, status }) => tier === 'install' && status === 'pass');
}

function failure({ plan, facts }: RunContext, recipe: string, how: string): CodedError {
  const { findings, rungs } = judge(plan, facts.all());
  const finding = findings.find(({ tier }) => tier === 'install');
  const sentence =
    finding?.sentence ?? rungs.find(({ tier }) => tier === 'install')?.sentence ?? 'for an unknown reason';
  return new CodedError({
    code: 'E_DEPENDENCY',
    message: `the dependency ${recipe} ${how}: ${sentence}`,
    fault: 'infrastructure',
    hint: `test it by itself: cc-ci test ${plan.recipe.source}`,
    evidence: finding?.evidence ?? [],
  });
}

/** The run with what a dependency gave: the app is resolved anew, its secrets get their values, and tests may know them. */
async function handOver(
  run: RunContext,
  { wiring, prepared: { plan } }: PreparedDependency,
  values: DependencyValues,
): Promise<RunContext> {
  const hidden = secretValues(wiring, values);
  run.masker.add(hidden);
  const missing = missingValue(wiring, values);
  if (missing !== undefined) {
    throw new CodedError({
      code: 'E_DEPENDENCY',
      message: `the dependency ${wiring.recipe} gave no value ${missing}`,
      fault: 'usage',
      hint: `it gave ${Object.keys(values).toSorted().join(', ')}; more comes from provision in recipes/${wiring.recipe}/hooks.ts`,
    });
  }
  const secrets = new Map(run.secrets);
  for (const [index, value] of hidden.entries()) secrets.set(`${wiring.recipe} value ${index + 1}`, value);
  const apps = [run.head, ...(run.base === undefined ? [] : [run.base])];
  for (const { id, name } of apps.flatMap(({ app }) => app.secrets)) {
    const value = wiring.secrets[id];
    if (value !== undefined && !secrets.has(name)) secrets.set(name, values[value] ?? '');
  }
  const { domain } = plan;
  const told = { recipe: wiring.recipe, hosts: plan.hosts, domain, url: `https://${domain}`, values };
  const resolve = (each: PreparedApp) => withEnv(run, each, filledEnv(each.app.choice.env, wiring, values));
  return {
    ...run,
    head: await resolve(run.head),
    base: run.base === undefined ? undefined : await resolve(run.base),
    secrets,
    dependencies: [...run.dependencies, told],
  };
}

async function withEnv(
  { plan, paths, settings }: RunContext,
  { app }: PreparedApp,
  env: DependencyValues,
): Promise<PreparedApp> {
  const resolved = await resolveApp(app.recipe, { ...app.choice, env });
  // What a dependency gave may have made it larger.
  return prepareApp(resolved, plan.engine, runLabelsOf(plan, paths.state), plan.bounds ?? settings.bounds).prepared;
}

/** An app whose dependency is gone fails through no fault of its own. */
async function lookAgain(run: RunContext, { recipe, run: own }: Standing): Promise<void> {
  if (run.signal.aborted) return;
  await lookWhetherItStayedUp(own);
  if (isInstalled(own)) return;
  const rung = judge(own.plan, own.facts.all()).rungs.find(({ tier }) => tier === 'install');
  run.facts.record({ fact: 'dependency-lost', recipe, sentence: rung?.sentence ?? 'it is gone' });
}
