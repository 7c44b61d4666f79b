import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, messageOf } from '../../base/errors.ts';
import { MASK } from '../../base/mask.ts';
import { openScratch } from '../../base/scratch.ts';
import { unpackHistory } from '../../recipe/git/history.ts';
import { findCommit } from '../../recipe/git/repository.ts';
import type { RunResults } from '../../results/schema.ts';
import { BUNDLE, Bundle } from '../bundle/schema.ts';
import { type RunOutcome, runRecipe } from '../execute.ts';
import type { RunOptions } from '../open-run.ts';
import { type PastRun, resultsOf } from '../past/read-run.ts';
import type { RunRequest } from '../types.ts';
import { compareRuns, type Difference, isSameOutcome } from './compare.ts';

export interface ReplayOptions extends Omit<RunOptions, 'enrolledDir'> {
  /** Values that no bundle holds: of secrets that were supplied, and of env values that were masked. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/** A run and the same run again. */
export interface Replay {
  readonly before: RunResults;
  readonly after: RunResults;
  readonly same: boolean;
  readonly differences: readonly Difference[];
  readonly outcome: RunOutcome;
}

/**
 * Makes a run again from its bundle, on this machine: same commit, base, env, tiers and seeds. Secrets are generated anew by
 * the same rules. Without a bundle, or with one that lacks what this machine cannot supply, it is `E_REPLAY`.
 */
export async function replayRun(past: PastRun, options: ReplayOptions): Promise<Replay> {
  const root = join(past.root, BUNDLE.directory);
  const bundle = await readBundle(root);
  await using scratch = await openScratch(options.paths.cache, 'replay');
  const source = bundle.history ? join(scratch.path, bundle.recipe.name) : await sourceOf(bundle);
  if (bundle.history)
    await unpackHistory(join(root, BUNDLE.history), source, bundle.recipe.commit, options.settings.bounds);
  const outcome = await runRecipe(await requestOf(bundle, source, options), {
    ...options,
    settings: { ...options.settings, traefik: bundle.settings.traefik },
    enrolledDir: bundle.enrolled ? join(root, BUNDLE.enrolled) : undefined,
  });
  const before = resultsOf(past);
  const differences = compareRuns(before, outcome.results);
  return { before, after: outcome.results, same: isSameOutcome(differences), differences, outcome };
}

/** Reads `bundle/request.json`; a bundle that is missing or of another version is `E_REPLAY`. */
export async function readBundle(root: string): Promise<Bundle> {
  const file = join(root, BUNDLE.request);
  try {
    return Bundle.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error: unknown) {
    const missing = (await stat(file).catch(() => undefined)) === undefined;
    throw refused(
      missing ? 'the run has no bundle' : `its bundle cannot be read: ${messageOf(error)}`,
      'a run that was killed in its first second has none; use `cc-ci test` with the commit of its plan',
      file,
    );
  }
}

async function sourceOf(bundle: Bundle): Promise<string> {
  if (!bundle.recipe.dirty) return bundle.request.source;
  throw refused('the run was made of a changed work tree, and its bundle does not hold it', 'test the work tree again');
}

/** What is asked for now, so that the same happens as then. */
export async function requestOf(
  bundle: Bundle,
  source: string,
  supplied: Pick<ReplayOptions, 'secrets' | 'env'>,
): Promise<RunRequest> {
  const { request, recipe, base, seed } = bundle;
  const [needed] = bundle.dependencies ?? [];
  if (needed !== undefined) {
    throw refused(
      `the app depends on ${needed}, which no bundle holds`,
      'test it again with `cc-ci test` where its settings are',
    );
  }
  const lacking = bundle.secrets.find((secret) => secret.supplied && supplied.secrets[secret.id] === undefined);
  if (lacking !== undefined) {
    throw refused(
      `the secret ${lacking.id} was supplied, and no bundle holds values`,
      `supply it: --secret ${lacking.id}=@file`,
    );
  }
  const env = { ...request.env, ...supplied.env };
  const masked = Object.keys(env).find((key) => env[key]?.includes(MASK) === true);
  if (masked !== undefined) {
    throw refused(`the env value ${masked} holds a secret, and no bundle holds values`, `supply it: --env ${masked}=…`);
  }
  return {
    source,
    // A work tree is tested as it is, with the packed commit as its head.
    ref: recipe.dirty ? undefined : recipe.commit,
    base: base === null ? undefined : await nameOfBase(base, source, bundle.history),
    tiers: request.tiers,
    domain: request.domain ?? undefined,
    env,
    secrets: supplied.secrets,
    worktree: recipe.dirty,
    keep: false,
    deadlineSeconds: request.deadlineSeconds,
    seed,
  };
}

/** A release goes by its version, which is part of what is deployed; any other base by its commit. */
async function nameOfBase(base: NonNullable<Bundle['base']>, source: string, unpacked: boolean): Promise<string> {
  const named = unpacked ? await findCommit({ gitDir: join(source, '.git') }, base.version) : undefined;
  return named === base.commit ? base.version : base.commit;
}

function refused(message: string, hint: string, file?: string): CodedError {
  return new CodedError({ code: 'E_REPLAY', message, fault: 'usage', hint, where: { file } });
}
