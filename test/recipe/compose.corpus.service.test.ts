import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { envValues, parseEnv } from '../../src/recipe/env.ts';
import { drawsAll } from '../support/draw.ts';
import { askDocker, askOurs } from './compose/oracle.ts';

const corpus = process.env['CC_CI_CORPUS'];
if (corpus === undefined) throw new Error('CC_CI_CORPUS is not set: this file is only collected where it is');
const RANDOM_SETS = drawsAll() ? 200 : 40;

interface RealRecipe {
  readonly name: string;
  readonly root: string;
  readonly overlays: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly sampleFiles: readonly string[];
}

function readRecipe(name: string): RealRecipe {
  const root = join(corpus ?? '', 'recipes', name);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /^compose\..*yml$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const facts = JSON.parse(readFileSync(join(root, 'facts.json'), 'utf8')) as {
    readonly abraShExports: Readonly<Record<string, string>>;
  };
  const sample = envValues(parseEnv(readFileSync(join(root, '.env.sample'), 'utf8')));
  const env = { ...sample, ...facts.abraShExports, STACK_NAME: 'app_example_com', DOMAIN: 'app.example.com' };
  return {
    name,
    root,
    overlays: files.filter((file) => file !== 'compose.yml').sort(),
    env,
    sampleFiles: (sample['COMPOSE_FILE'] ?? 'compose.yml').split(':'),
  };
}

/** The same sets on every run: a small generator of numbers with a fixed start. */
function randomSets(recipe: RealRecipe, count: number): readonly (readonly string[])[] {
  let state = 20_261_123;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: count }, () => {
    const rest = [...recipe.overlays];
    const size = Math.min(rest.length, 1 + next(rest.length));
    return ['compose.yml', ...Array.from({ length: size }, () => rest.splice(next(rest.length), 1)[0] ?? '')];
  });
}

function setsOf(recipe: RealRecipe): readonly (readonly string[])[] {
  const { overlays } = recipe;
  const pairs = overlays.flatMap((one, index) => overlays.slice(index + 1).map((other) => ['compose.yml', one, other]));
  return [
    ['compose.yml'],
    recipe.sampleFiles,
    ['compose.yml', ...overlays],
    ...overlays.map((overlay) => [overlay]),
    ...overlays.map((overlay) => ['compose.yml', overlay]),
    ...pairs,
    ...(overlays.length > 2 ? randomSets(recipe, RANDOM_SETS) : []),
  ];
}

describe('real recipes resolve as docker stack config resolves them', { timeout: 600_000 }, () => {
  const recipes = readdirSync(join(corpus, 'recipes')).map(readRecipe);

  test.each(recipes)('$name', async (recipe) => {
    const sets = setsOf(recipe);
    let taken = 0;
    let compared = 0;
    for (const files of sets) {
      // Single overlays also without variables, where defaults and refusals show.
      for (const env of files.length > 2 ? [recipe.env] : [recipe.env, {}]) {
        const stackCase = { root: recipe.root, files, env };
        const [docker, ours] = await Promise.all([askDocker(stackCase), askOurs(stackCase)]);
        if ('refused' in docker) expect(ours, docker.refused).toHaveProperty('refused');
        else if (!isDeepStrictEqual(ours, docker)) expect(ours, files.join(':')).toStrictEqual(docker);
        if ('document' in docker) taken += 1;
        compared += 1;
      }
    }
    console.log(`${recipe.name}: ${sets.length} sets of files, ${compared} comparisons, ${taken} taken`);
    expect(taken).toBeGreaterThan(0);
  });

  test('the corpus holds recipes', () => {
    expect(recipes.length).toBeGreaterThan(0);
  });
});
