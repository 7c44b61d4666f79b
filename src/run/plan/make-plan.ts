import { join } from 'node:path';
import { readBackupPlan } from '../../backup/labels.ts';
import { CodedError } from '../../base/errors.ts';
import { lowerBounds } from '../../config/bounds.ts';
import type { StatePaths } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { TOOL_VERSION } from '../../config/version.ts';
import { findCiOverlay, ownServices, refuseNewServices } from '../../custom/ci-overlay.ts';
import { discoverTests } from '../../custom/discover.ts';
import { readManifest } from '../../custom/manifest.ts';
import { type Dependency, type RecipeSettings, readRecipeSettings } from '../../custom/recipe-settings.ts';
import { findEdge } from '../../edge/find-edge.ts';
import { warnOfSharedNames } from '../../edge/observe-strangers.ts';
import { resolveApp } from '../../recipe/app.ts';
import { type ResolvedSource, resolveSource } from '../../recipe/git/source.ts';
import { stackNameFor } from '../../recipe/names.ts';
import { readRecipe } from '../../recipe/read-recipe.ts';
import { generateSecret } from '../../recipe/secrets.ts';
import type { App } from '../../recipe/types.ts';
import type { Engine } from '../../swarm/engine.ts';
import { readEngineFacts } from '../../swarm/facts.ts';
import type { RunLabels } from '../../swarm/label.ts';
import type { Adaptation } from '../../swarm/types.ts';
import { measureRoom } from '../capacity/measure-room.ts';
import { needOf } from '../capacity/need.ts';
import { readPeaks } from '../capacity/past-peaks.ts';
import type { PreparedApp } from '../context.ts';
import { dependencyDomain, placeValues, plannedEnv } from '../deps/wiring.ts';
import type { RunDirectory } from '../run-directory.ts';
import type { Plan, PlannedApp, PlannedImage, RunRequest } from '../types.ts';
import { judgeApproval } from './approval.ts';
import { ofBase } from './base.ts';
import { chooseBase, resolveBaseApp, versionOf } from './choose-base.ts';
import { findClients } from './clients.ts';
import { hostReach, refuseForeignObjects } from './foreign-objects.ts';
import { checkDomain, runDomain } from './names.ts';
import { hostPorts } from './refusals.ts';
import { refuseReservedLabels } from './reserved-labels.ts';
import { judgeRoutes, wantedHosts } from './routes.ts';
import { prepareApp } from './stack-file.ts';
import { refuseTakenStack } from './taken-names.ts';
import { planTiers, staleExpectations } from './tiers.ts';

export interface PlanEnvironment {
  readonly paths: StatePaths;
  readonly settings: Settings;
  readonly enrolledDir: string | undefined;
  readonly engine: Engine;
  readonly runId: string;
  readonly directory: RunDirectory;
  readonly signal: AbortSignal;
  /** Set when the app of this very run is up already, and the plan is what it is to become. */
  readonly living?: LivingApp | undefined;
}

/** What of an app that is up stays as it is, whatever becomes of its recipe. */
export interface LivingApp {
  readonly createdAt: string;
  readonly versionLabel: string;
  /** Secret name in the Swarm → value. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** The plan, and what the steps need that is not for the record. */
export interface Prepared {
  readonly plan: Plan;
  readonly head: PreparedApp;
  readonly base: PreparedApp | undefined;
  readonly secrets: ReadonlyMap<string, string>;
  readonly source: ResolvedSource;
  readonly enrolledDir: string | undefined;
  /** What the app needs beside it, as its settings say. */
  readonly wanted: readonly Dependency[];
}

/** Seconds a deploy may take when neither recipe nor settings say. */
const DEFAULT_TIMEOUT = 300;

/** A janitor of another machine's state may remove a run's objects this long after the run's own deadline. */
const EXPIRY_GRACE_SECONDS = 3600;

/** Unix seconds after which nothing of a run has a right to exist. */
function expiryOf(plan: Pick<Plan, 'createdAt' | 'deadlineSeconds'>): number {
  return Math.floor(Date.parse(plan.createdAt) / 1000) + plan.deadlineSeconds + EXPIRY_GRACE_SECONDS;
}

/** What everything carries that a run makes for a recipe. */
export function runLabelsOf(
  plan: Pick<Plan, 'runId' | 'createdAt' | 'deadlineSeconds'> & { readonly recipe: { readonly name: string } },
  state: string,
): RunLabels {
  return { runId: plan.runId, recipe: plan.recipe.name, state, expires: expiryOf(plan) };
}

/**
 * Makes the plan of a run: reads the recipe at head and base, resolves both apps, and looks at what the machine can do. Only
 * the run's own work directory is written to. What cannot work is refused here, with the reason.
 */
export async function makePlan(request: RunRequest, env: PlanEnvironment): Promise<Prepared> {
  const { engine, settings, runId, directory, signal, living } = env;
  const createdAt = living?.createdAt ?? new Date().toISOString();
  const [source, facts, edge] = await Promise.all([
    resolveSource(request.source, {
      ref: request.ref,
      worktree: request.worktree,
      cacheDir: env.paths.cache,
      checkoutDir: directory.headCheckout,
      signal,
      bounds: settings.bounds,
    }),
    readEngineFacts(engine),
    findEdge(engine, settings, env.paths),
  ]);
  if (facts.swarm !== 'manager') throw notReady('this Engine is not a manager of a Swarm');
  if (edge === undefined) throw notReady('nothing routes host names on this machine');
  const enrolledDir = env.enrolledDir === undefined ? undefined : join(env.enrolledDir, source.name);
  const [headRecipe, custom] = await Promise.all([
    readRecipe(directory.headCheckout, {
      name: source.name,
      commit: source.commit,
      dirty: source.dirty,
      tags: source.tags,
    }),
    readRecipeSettings(enrolledDir),
  ]);
  const domain = checkDomain(request.domain ?? runDomain(source.name, runId, settings.domainSuffix));
  const stackName = stackNameFor(domain);
  if (living === undefined) await refuseTakenStack(engine, stackName, domain);
  const overlay = await findCiOverlay(enrolledDir);
  const overlays = overlay === undefined ? [] : [overlay];
  const given = plannedEnv(custom.dependencies, (recipe) =>
    placeValues(dependencyDomain(recipe, runId, settings.domainSuffix)),
  );
  const choice = { domain, stackName, env: { ...custom.env, ...given, ...request.env }, overlays };
  const headTag = source.tags.find(({ commit }) => commit === source.commit && !source.dirty);
  const headLabel =
    living?.versionLabel ?? headTag?.version.text ?? `${source.commit.slice(0, 8)}${source.dirty ? '+U' : ''}`;
  const freshApp = await resolveApp(headRecipe, { ...choice, versionLabel: headLabel });
  if (overlay !== undefined) {
    refuseNewServices(
      overlay,
      Object.keys(freshApp.stack.services),
      await ownServices(headRecipe, freshApp.composeFiles),
    );
  }
  const base = await chooseBase(request, source, freshApp);
  const upgrades = base.kind === 'base' && request.tiers.includes('upgrade');
  const headApp =
    upgrades && Object.keys(custom.upgradeEnv).length > 0
      ? await resolveApp(headRecipe, {
          ...choice,
          env: { ...custom.env, ...given, ...custom.upgradeEnv, ...request.env },
          versionLabel: headLabel,
        })
      : freshApp;
  const resolved =
    base.kind === 'none' || !upgrades
      ? undefined
      : await resolveBaseApp({
          source,
          base,
          choice,
          enrolledDir,
          directory: directory.baseCheckout,
          signal,
          bounds: settings.bounds,
        }).catch((error: unknown) => {
          throw ofBase(error, base.version);
        });
  const baseApp = resolved?.app;
  const labels = runLabelsOf(
    { runId, recipe: source, createdAt, deadlineSeconds: request.deadlineSeconds },
    env.paths.state,
  );
  const { bounds, refused } = lowerBounds(settings.bounds, custom.bounds);
  const head = prepareApp(headApp, facts, labels, bounds);
  const basePrepared = baseApp === undefined ? undefined : prepareApp(baseApp, facts, labels, bounds);
  const backup = readBackupPlan(headApp.stack, stackName);
  const tests = await discoverTests(
    directory.headCheckout,
    enrolledDir === undefined ? undefined : join(enrolledDir, 'tests'),
  );
  for (const { stack } of baseApp === undefined ? [headApp] : [headApp, baseApp]) refuseReservedLabels(stack);
  const needs = await judgeApproval({
    apps: baseApp === undefined ? [headApp] : [headApp, baseApp],
    proxyNetwork: settings.proxyNetwork,
    foreignProxy: edge.kind === 'traefik',
    tests,
    repository: source.repository,
    commit: source.commit,
    dirty: source.dirty,
    allow: custom.allow,
    request,
  });
  const { tiers, partial } = planTiers({
    requested: request.tiers,
    base,
    backup,
    testFiles: tests.files.length,
    emptyTests: tests.source !== 'none' && tests.files.length === 0,
    notApplicable: custom.notApplicable,
  });
  const stacks = [head.prepared.stack, ...(basePrepared === undefined ? [] : [basePrepared.prepared.stack])];
  for (const stack of stacks) refuseForeignObjects(stack, stackName);
  const routes = judgeRoutes(stacks, { stackName, domain }, settings, edge.kind);
  const warnings = [
    ...staleExpectations(tiers, custom.notApplicable),
    ...refused.map(
      (name) => `bounds.${name} of recipe.yaml is higher than this host’s bound of ${bounds[name]}, which holds`,
    ),
    ...(resolved === undefined || resolved.repaired.length === 0
      ? []
      : [`the base is not as it was released: previous/ repaired ${resolved.repaired.join(', ')}`]),
    ...headRecipe.warnings,
    ...headApp.warnings.map(({ message }) => message),
    ...head.warnings,
    ...routes.warnings,
    ...hostReach(headApp.stack, { checkout: directory.headCheckout, proxyNetwork: settings.proxyNetwork }),
    ...(await warnOfSharedNames(engine, { stack: headApp.stack, stackName, proxyNetwork: settings.proxyNetwork })),
  ];
  const [peaks, room] = await Promise.all([
    readPeaks(env.paths, source.name),
    measureRoom(engine, { network: settings.proxyNetwork, directory: directory.root }),
  ]);
  const need = needOf(
    stacks,
    { name: settings.proxyNetwork, virtualIps: facts.ipvs },
    { peaks, serviceBytes: settings.serviceMemoryBytes },
  );
  const plan: Plan = {
    runId,
    seed: request.seed ?? runId,
    toolVersion: TOOL_VERSION,
    createdAt,
    recipe: {
      name: source.name,
      source: request.source,
      ref: source.ref,
      commit: source.commit,
      dirty: source.dirty,
      version:
        headTag?.version.text ??
        `${versionOf(headApp) ?? ''}${versionOf(headApp) === undefined ? '' : ' '}(${headLabel})`.trim(),
    },
    base:
      base.kind === 'none' || basePrepared === undefined
        ? undefined
        : { version: base.version, commit: base.commit, reason: base.reason, repaired: resolved?.repaired ?? [] },
    head: plannedApp(headApp, custom),
    baseApp: baseApp === undefined ? undefined : plannedApp(baseApp, custom),
    tiers,
    partial,
    domain,
    stackName,
    hosts: wantedHosts(headApp.stack, domain, settings),
    droppedRoutes: routes.dropped,
    probes: {
      healthPath: custom.health.path,
      healthOk: custom.health.ok,
      tcp: custom.tcp,
      screenshotPath: custom.screenshot.path ?? custom.health.path,
    },
    images: [
      ...(baseApp === undefined ? [] : await plannedImages(engine, 'base', baseApp)),
      ...(await plannedImages(engine, 'head', headApp)),
    ],
    hostPorts: [...new Set(stacks.flatMap(hostPorts))],
    need,
    freeAddresses: room.freeAddresses,
    freeMemoryBytes: room.freeMemoryBytes,
    freeDiskBytes: room.freeDiskBytes,
    engine: facts,
    edge,
    adaptations: uniqueAdaptations([...head.adaptations, ...(basePrepared?.adaptations ?? [])]),
    warnings: [...new Set(warnings)],
    bounds,
    customisation: await readManifest({ enrolledDir, settings: custom, env: choice.env, tests }),
    needsApproval: needs.map(({ id }) => id),
    backup,
    deadlineSeconds: request.deadlineSeconds,
    keep: request.keep,
  };
  return {
    plan,
    head: head.prepared,
    base: basePrepared?.prepared,
    secrets: chooseSecrets(request, {
      apps: [headApp, ...(baseApp === undefined ? [] : [baseApp])],
      living: living?.secrets,
      later: new Set(custom.dependencies.flatMap(({ secrets }) => Object.keys(secrets))),
    }),
    source,
    enrolledDir,
    wanted: custom.dependencies,
  };
}

function notReady(what: string): CodedError {
  return new CodedError({ code: 'E_NOT_SET_UP', message: what, fault: 'infrastructure', hint: 'run `cc-ci setup`' });
}

function plannedApp(app: App, custom: RecipeSettings): PlannedApp {
  return {
    versionLabel: app.choice.versionLabel,
    commit: app.recipe.commit ?? '',
    composeFiles: app.composeFiles,
    services: Object.keys(app.stack.services),
    volumes: Object.keys(app.stack.volumes),
    secretNames: app.secrets.map(({ name }) => name),
    configNames: Object.values(app.stack.configs).map(({ name }) => name ?? ''),
    clients: findClients(app.stack, app.choice.stackName),
    timeoutSeconds: custom.timeout ?? app.timeoutSeconds ?? DEFAULT_TIMEOUT,
  };
}

async function plannedImages(engine: Engine, moment: 'base' | 'head', app: App): Promise<PlannedImage[]> {
  return Promise.all(
    Object.entries(app.stack.services).map(async ([service, { image = '' }]) => {
      const present = await engine.image(image).catch(() => undefined);
      return { service, moment, reference: image, imageId: present?.Id, digest: present?.RepoDigests?.[0] };
    }),
  );
}

function uniqueAdaptations(list: readonly Adaptation[]): Adaptation[] {
  return [...new Map(list.map((adaptation) => [JSON.stringify(adaptation), adaptation])).values()];
}

interface SecretQuestion {
  readonly apps: readonly App[];
  readonly living: ReadonlyMap<string, string> | undefined;
  /** Ids of those that a dependency will give, unless the caller does. */
  readonly later: ReadonlySet<string>;
}

/** A value for every secret of the apps: given by the caller, or generated as the recipe's modifiers say. */
function chooseSecrets(request: RunRequest, { apps, living, later }: SecretQuestion): Map<string, string> {
  const secrets = new Map(living);
  for (const spec of apps.flatMap((app) => app.secrets)) {
    if (secrets.has(spec.name) || (later.has(spec.id) && request.secrets[spec.id] === undefined)) continue;
    secrets.set(spec.name, request.secrets[spec.id] ?? generateSecret(spec));
  }
  const known = new Set(apps.flatMap((app) => app.secrets.map(({ id }) => id)));
  const unknown = Object.keys(request.secrets).find((id) => !known.has(id));
  if (unknown === undefined) return secrets;
  throw new CodedError({
    code: 'E_SECRET_UNKNOWN',
    message: `--secret ${unknown}: the recipe has no such secret`,
    fault: 'usage',
    hint: `its secrets are ${[...known].join(', ') || 'none'}`,
  });
}
