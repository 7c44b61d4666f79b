import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { parseAbraSh } from './abra-sh.ts';
import { isInside } from './compose/confine.ts';
import { parseEnv } from './env.ts';
import { isMissing, readInside } from './inside.ts';
import { parseMetadata } from './metadata.ts';
import type { Recipe, VersionTag } from './types.ts';
import { parseVersion } from './version.ts';

/** What only the repository knows about a checkout. */
export interface RecipeOrigin {
  readonly name: string;
  readonly commit?: string | undefined;
  readonly dirty?: boolean | undefined;
  readonly tags?: readonly VersionTag[] | undefined;
}

/**
 * Reads a recipe from its checkout, executing nothing. Without `.env.sample` or `compose.yml` there is no recipe
 * (`E_NOT_A_RECIPE`); what cannot be read is an error with its file and line.
 */
export async function readRecipe(dir: string, origin: RecipeOrigin): Promise<Recipe> {
  const [sample, abraSh, readme, names, notes] = await Promise.all([
    readInside(dir, '.env.sample'),
    readInside(dir, 'abra.sh'),
    readInside(dir, 'README.md'),
    listNames(dir),
    listNamesInside(dir, 'release'),
  ]);
  if (sample === undefined) throw notARecipe('.env.sample');
  const composeFiles = names
    .filter((name) => /^compose(\..+)?\.ya?ml$/.test(name))
    .toSorted((a, b) => Number(b === 'compose.yml') - Number(a === 'compose.yml') || (a < b ? -1 : 1));
  if (!composeFiles.includes('compose.yml')) throw notARecipe('compose.yml');
  const tags = origin.tags ?? [];
  return {
    name: origin.name,
    dir,
    commit: origin.commit,
    dirty: origin.dirty ?? false,
    sample: parseEnv(sample),
    abraSh: abraSh === undefined ? undefined : parseAbraSh(abraSh),
    composeFiles,
    tags,
    releaseNotes: notes.filter((name) => name === 'next' || parseVersion(name) !== undefined).toSorted(),
    metadata: readme === undefined ? undefined : parseMetadata(readme),
    warnings: tags.flatMap(oddities),
  };
}

/** The text of a version's release note; undefined when it has none. */
export async function readReleaseNote(recipe: Recipe, version: string): Promise<string | undefined> {
  return recipe.releaseNotes.includes(version) ? readInside(recipe.dir, join('release', version)) : undefined;
}

function oddities({ version, annotated }: VersionTag): string[] {
  const odd: string[] = [];
  if (!annotated) odd.push(`tag ${version.text} is lightweight; abra refuses to deploy a recipe with such a tag`);
  if (version.text.startsWith('v')) odd.push(`tag ${version.text} begins with v; recipe versions do not`);
  return odd;
}

/** The names in a directory of the checkout; none where it is a link that leads out of it. */
async function listNamesInside(root: string, path: string): Promise<string[]> {
  return (await isInside(root, join(root, path))) ? listNames(join(root, path)) : [];
}

async function listNames(dir: string): Promise<string[]> {
  return readdir(dir).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

function notARecipe(file: string): CodedError {
  return new CodedError({
    code: 'E_NOT_A_RECIPE',
    message: `there is no ${file}`,
    fault: 'recipe',
    where: { file },
    hint: 'a recipe has compose.yml and .env.sample at its top',
  });
}
