import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { isRemote } from './git/remote.ts';
import {
  type CheckoutOptions,
  checkoutCommit,
  findCommit,
  type GitRepository,
  listTags,
  tagsBefore,
  versionTags,
} from './git/repository.ts';
import { findRepository, isDirty, resolveSource, type SourceOptions } from './git/source.ts';
import { isMissing } from './inside.ts';
import { readRecipe } from './read-recipe.ts';
import type { Recipe } from './types.ts';

/** A recipe for reading only, and the repository it came from where there is one. */
export interface OpenRecipe {
  readonly recipe: Recipe;
  readonly repository: GitRepository | undefined;
}

/**
 * Opens a recipe to be looked at: a URL or a ref is checked out into `checkoutDir`, a directory without a ref is read in
 * place with its changes, under git or not.
 */
export async function openRecipe(pathOrUrl: string, options: Omit<SourceOptions, 'worktree'>): Promise<OpenRecipe> {
  if (options.ref !== undefined || isRemote(pathOrUrl)) {
    const source = await resolveSource(pathOrUrl, options);
    return { recipe: await readRecipe(source.dir, source), repository: source.repository };
  }
  const dir = await realpath(pathOrUrl).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new CodedError({ code: 'E_SOURCE', message: `${pathOrUrl} does not exist`, fault: 'usage' });
  });
  const repository = await findRepository(dir);
  const commit = repository === undefined ? undefined : await findCommit(repository, 'HEAD');
  if (repository === undefined || commit === undefined) {
    return { recipe: await readRecipe(dir, { name: basename(dir) }), repository: undefined };
  }
  const tags = versionTags(await listTags(repository));
  const recipe = await readRecipe(dir, { name: basename(dir), commit, dirty: await isDirty(dir), tags });
  return { recipe, repository };
}

/**
 * The version a recipe is compared with: `ref`, or else the newest release in the history of its commit. Undefined when
 * there is none.
 */
export async function openBase(
  open: OpenRecipe,
  ref: string | undefined,
  checkoutDir: string,
  options: CheckoutOptions = {},
): Promise<Recipe | undefined> {
  const { recipe, repository } = open;
  if (repository === undefined || recipe.commit === undefined) return undefined;
  const releases = ref === undefined ? await tagsBefore(repository, recipe.tags, recipe.commit) : [];
  const commit = ref === undefined ? releases.at(-1)?.commit : await findCommit(repository, ref);
  if (commit === undefined) return undefined;
  await checkoutCommit(repository, commit, checkoutDir, options);
  const base = readRecipe(checkoutDir, { name: recipe.name, commit, tags: recipe.tags });
  // An old release that cannot be read is no reason not to look at the new one; one that was asked for is.
  return ref === undefined ? base.catch(() => undefined) : base;
}
