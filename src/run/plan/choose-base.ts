import { CodedError } from '../../base/errors.ts';
import { repairBase } from '../../custom/previous.ts';
import { resolveApp } from '../../recipe/app.ts';
import { checkoutCommit, findCommit, tagsBefore } from '../../recipe/git/repository.ts';
import type { ResolvedSource } from '../../recipe/git/source.ts';
import type { CheckoutBounds } from '../../recipe/git/tree-size.ts';
import { readRecipe } from '../../recipe/read-recipe.ts';
import type { App, AppChoice, Recipe } from '../../recipe/types.ts';
import { parseVersion } from '../../recipe/version.ts';
import type { RunRequest } from '../types.ts';
import { type BaseAnswer, resolveBase } from './base.ts';

/** The base that was asked for, or the one the tags tell. */
export async function chooseBase(request: RunRequest, source: ResolvedSource, headApp: App): Promise<BaseAnswer> {
  if (request.base !== undefined) {
    const commit = await findCommit(source.repository, request.base);
    if (commit === undefined) {
      throw new CodedError({
        code: 'E_BASE',
        message: `the base ${request.base} is no tag, branch or commit of the repository`,
        fault: 'usage',
        hint:
          source.tags.length === 0
            ? undefined
            : `its releases are ${source.tags.map(({ version }) => version.text).join(', ')}`,
      });
    }
    if (commit === source.commit && !source.dirty) {
      throw new CodedError({ code: 'E_BASE', message: `the base ${request.base} is the head itself`, fault: 'usage' });
    }
    return { kind: 'base', version: request.base, commit, reason: 'asked for with --base' };
  }
  const headTag = source.tags.find(({ commit }) => commit === source.commit);
  const ancestors = new Set(
    (await tagsBefore(source.repository, source.tags, source.commit)).map(({ commit }) => commit),
  );
  return resolveBase({
    tags: source.tags,
    headCommit: source.commit,
    headVersion: headTag?.version ?? parseVersion(versionOf(headApp) ?? ''),
    ancestors,
  });
}

/** What the recipe's own compose file calls its version. */
export function versionOf(app: App): string | undefined {
  const labels = Object.values(app.stack.services).flatMap((service) => Object.entries(service.deploy?.labels ?? {}));
  return labels.find(([key]) => key === `coop-cloud.${app.choice.stackName}.version`)?.[1];
}

export interface BaseQuestion {
  readonly source: ResolvedSource;
  readonly base: Extract<BaseAnswer, { readonly kind: 'base' }>;
  readonly choice: Omit<AppChoice, 'versionLabel'>;
  readonly enrolledDir: string | undefined;
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly bounds: CheckoutBounds;
}

/** The base as it is deployed, and the files that it had to be repaired with. */
export async function resolveBaseApp(question: BaseQuestion): Promise<{
  readonly app: App;
  readonly repaired: readonly string[];
}> {
  const { source, base, choice, enrolledDir, directory, signal, bounds } = question;
  await checkoutCommit(source.repository, base.commit, directory, { signal, bounds });
  const repaired = await repairBase(enrolledDir, directory);
  const recipe: Recipe = await readRecipe(directory, {
    name: source.name,
    commit: base.commit,
    dirty: false,
    tags: source.tags,
  });
  return { app: await resolveApp(recipe, { ...choice, versionLabel: base.version }), repaired };
}
