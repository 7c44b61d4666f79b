import { join, resolve } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import type { Dependency } from '../../custom/recipe-settings.ts';
import { isRemote } from '../../recipe/git/remote.ts';
import { addNeeds } from '../capacity/need.ts';
import { makePlan, type PlanEnvironment, type Prepared } from '../plan/make-plan.ts';
import { makeRunDirectory, type RunDirectory } from '../run-directory.ts';
import type { Plan, PlannedDependency, RunRequest } from '../types.ts';
import { dependencyDomain } from './wiring.ts';

/** A recipe that the app needs, planned for this run. */
export interface PreparedDependency {
  readonly wiring: Dependency;
  readonly prepared: Prepared;
  readonly directory: RunDirectory;
}

/** A run's plan together with those of what its app depends on. */
export interface PreparedRun extends Prepared {
  readonly dependencies: readonly PreparedDependency[];
}

/**
 * Plans a run whole: the app, and each recipe that it needs as an installation of its own. Their secrets are among those of the
 * run from here on, so that they are masked and looked for like the app's.
 */
export async function planRun(request: RunRequest, env: PlanEnvironment): Promise<PreparedRun> {
  const prepared = await makePlan(request, env);
  const { plan, wanted } = prepared;
  // Without a deployment nothing is needed beside it.
  const deploys = plan.tiers.some(({ tier, run }) => tier === 'install' && run);
  if (!deploys || wanted.length === 0) return { ...prepared, dependencies: [] };
  refuseUnknownSecrets(wanted, prepared);
  const dependencies: PreparedDependency[] = [];
  for (const wiring of wanted) dependencies.push(await planDependency(wiring, request, prepared, env));
  refuseSharedPorts(plan, dependencies);
  return {
    ...prepared,
    plan: {
      ...plan,
      dependencies: dependencies.map(plannedDependency),
      warnings: [
        ...plan.warnings,
        ...dependencies.flatMap(({ wiring, prepared: { plan: own } }) =>
          own.warnings.map((warning) => `${wiring.recipe}: ${warning}`),
        ),
      ],
      need: dependencies.reduce((sum, { prepared: { plan: own } }) => addNeeds(sum, own.need), plan.need),
    },
    secrets: new Map([prepared, ...dependencies.map((each) => each.prepared)].flatMap(({ secrets }) => [...secrets])),
    dependencies,
  };
}

async function planDependency(
  wiring: Dependency,
  request: RunRequest,
  app: Prepared,
  env: PlanEnvironment,
): Promise<PreparedDependency> {
  const { recipe, source, version } = wiring;
  const directory = dependencyDirectory(env.directory, recipe);
  await makeRunDirectory(directory);
  const prepared = await makePlan(
    {
      source: isRemote(source) || app.enrolledDir === undefined ? source : resolve(app.enrolledDir, source),
      ref: version,
      base: undefined,
      tiers: ['install'],
      domain: dependencyDomain(recipe, env.runId, env.settings.domainSuffix),
      env: {},
      secrets: {},
      worktree: false,
      keep: request.keep,
      deadlineSeconds: request.deadlineSeconds,
    },
    { ...env, directory },
  ).catch((error: unknown) => {
    throw ofDependency(error, recipe);
  });
  const own = prepared.plan.recipe.name;
  if (own !== recipe) throw refusal(`${source} is the recipe ${own}`, recipe);
  if (prepared.wanted.length > 0) {
    throw refusal('it has dependencies of its own, which are not deployed for another recipe', recipe);
  }
  return { wiring, prepared, directory };
}

/** The places of a dependency inside the run's own: a record beside the app's, a checkout in the same work directory. */
function dependencyDirectory(run: RunDirectory, recipe: string): RunDirectory {
  const root = join(run.root, 'dependencies', recipe);
  const work = join(run.work, 'dependencies', recipe);
  return {
    root,
    plan: join(root, 'plan.json'),
    journal: run.journal,
    facts: join(root, 'facts.ndjson'),
    events: run.events,
    logs: join(root, 'logs'),
    screenshot: join(work, 'screenshot.png'),
    attachments: join(root, 'attachments'),
    work,
    headCheckout: join(work, 'head'),
    baseCheckout: join(work, 'base'),
    resticRepository: join(work, 'restic'),
    resticCache: join(work, 'restic-cache'),
    credentials: join(work, 'credentials.json'),
  };
}

function plannedDependency({ wiring: { recipe }, prepared: { plan } }: PreparedDependency): PlannedDependency {
  const { version, commit, source } = plan.recipe;
  const { domain, stackName, hostPorts } = plan;
  return { recipe, version, commit, source, domain, stackName, hostPorts };
}

/** What is wrong with a dependency is not wrong with the app: it says so. */
function ofDependency(error: unknown, recipe: string): unknown {
  if (!(error instanceof CodedError)) return error;
  const { code, message, fault, where, hint, evidence } = error;
  return new CodedError({
    code,
    message: `the dependency ${recipe} cannot be deployed: ${message}`,
    fault: fault === 'recipe' || fault === 'image' ? 'infrastructure' : fault,
    where,
    hint,
    evidence,
    cause: error,
  });
}

function refusal(problem: string, recipe: string): CodedError {
  return new CodedError({
    code: 'E_DEPENDENCY',
    message: `the dependency ${recipe} cannot be used: ${problem}`,
    fault: 'usage',
    where: { file: 'recipe.yaml', key: 'dependencies' },
  });
}

function refuseUnknownSecrets(wanted: readonly Dependency[], { head, base }: Prepared): void {
  const known = new Set(
    [head, ...(base === undefined ? [] : [base])].flatMap(({ app }) => app.secrets.map(({ id }) => id)),
  );
  for (const { recipe, secrets } of wanted) {
    const unknown = Object.keys(secrets).find((id) => !known.has(id));
    if (unknown !== undefined) throw refusal(`the app has no secret ${unknown} that it could give a value`, recipe);
  }
}

/** A port of the host can be had once, and they are all up together. */
function refuseSharedPorts(plan: Plan, dependencies: readonly PreparedDependency[]): void {
  const taken = new Set(plan.hostPorts);
  for (const { wiring, prepared } of dependencies) {
    const shared = prepared.plan.hostPorts.find((port) => taken.has(port));
    if (shared !== undefined) throw refusal(`port ${shared} of this host is taken in this run already`, wiring.recipe);
    for (const port of prepared.plan.hostPorts) taken.add(port);
  }
}
