import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { readRecipeSettings } from '../custom/recipe-settings.ts';

/** A recipe that the list names, and the repository that is watched for it. */
export interface ListedRecipe {
  readonly recipe: string;
  /** Its `recipe.yaml`. */
  readonly file: string;
  readonly forge: string;
  readonly owner: string;
  readonly name: string;
  /** Labels that a worker has to have for it. */
  readonly runsOn: readonly string[];
}

export interface EnrolmentList {
  readonly recipes: readonly ListedRecipe[];
  /** Everything that is wrong with the list, each with its file and key. */
  readonly problems: readonly CodedError[];
  /** Folders with settings for a recipe that no repository is watched for: a dependency of others, say. */
  readonly unwatched: readonly string[];
}

/** Its name becomes the first label of the apps' host names. */
export const RECIPE_NAME = /^[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?$/;

/**
 * Reads the one list of what is enrolled: the folders of a directory, each with its `recipe.yaml`. No directory is an
 * empty list. Judges what can be judged without asking a forge.
 */
export async function readEnrolmentList(directory: string, forgeIds: readonly string[]): Promise<EnrolmentList> {
  const recipes: ListedRecipe[] = [];
  const problems: CodedError[] = [];
  const unwatched: string[] = [];
  for (const recipe of await foldersOf(directory)) {
    const file = join(directory, recipe, 'recipe.yaml');
    try {
      const { repository, runsOn } = await readRecipeSettings(join(directory, recipe));
      if (repository === undefined) {
        unwatched.push(recipe);
        continue;
      }
      const listed = { recipe, file, runsOn, ...repository };
      judge(listed, recipes, forgeIds);
      recipes.push(listed);
    } catch (error: unknown) {
      if (!(error instanceof CodedError)) throw error;
      problems.push(error);
    }
  }
  return { recipes, problems, unwatched };
}

async function foldersOf(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .toSorted();
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function judge(listed: ListedRecipe, earlier: readonly ListedRecipe[], forgeIds: readonly string[]): void {
  if (!RECIPE_NAME.test(listed.recipe)) {
    throw mismatch(listed, undefined, `${JSON.stringify(listed.recipe)} is no name of a recipe`, {
      hint: 'a folder is named by at most 40 letters in lower case, digits and hyphens',
    });
  }
  if (!forgeIds.includes(listed.forge)) {
    throw mismatch(listed, 'repository.forge', `the settings of the server know no forge ${listed.forge}`, {
      hint: `known are ${forgeIds.join(', ')}`,
    });
  }
  const same = earlier.find((other) => isSameRepository(other, listed));
  if (same === undefined) return;
  throw mismatch(listed, 'repository', `${listed.owner}/${listed.name} is enrolled for ${same.recipe} already`, {
    hint: `see ${same.file}; a repository belongs to one recipe`,
  });
}

/** Whether two entries name one repository: forges take names in any case. */
export function isSameRepository(left: ListedRecipe, right: ListedRecipe): boolean {
  const key = ({ forge, owner, name }: ListedRecipe) => `${forge}/${owner}/${name}`.toLowerCase();
  return key(left) === key(right);
}

export const MISMATCH_CODE = 'E_ENROLMENT';

/** The error for a recipe whose list entry does not fit what is there. */
export function mismatch(
  { file }: ListedRecipe,
  key: string | undefined,
  message: string,
  more: { readonly hint?: string | undefined } = {},
): CodedError {
  return new CodedError({ code: MISMATCH_CODE, message, fault: 'usage', where: { file, key }, hint: more.hint });
}
