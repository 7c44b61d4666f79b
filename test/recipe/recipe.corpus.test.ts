import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseAbraSh } from '../../src/recipe/abra-sh.ts';
import { resolveApp } from '../../src/recipe/app.ts';
import { editEnv, parseEnv } from '../../src/recipe/env.ts';
import { scanEnv } from '../../src/recipe/env-scan.ts';
import { lintRecipe } from '../../src/recipe/lint/lint-recipe.ts';
import { readRecipe } from '../../src/recipe/read-recipe.ts';
import type { Recipe, VersionTag } from '../../src/recipe/types.ts';
import { parseVersion } from '../../src/recipe/version.ts';

const corpus = join(process.env['CC_CI_CORPUS'] ?? '', 'recipes');
const names = readdirSync(corpus);

const Facts = z.object({
  commit: z.string(),
  abraShExports: z.record(z.string(), z.string()),
  abraShFunctions: z.array(z.string()),
  tags: z.array(z.object({ name: z.string(), annotated: z.boolean() })),
});

/** The corpus holds no abra.sh, only what it says: written out again as the file would be. */
function writeAbraSh(facts: z.infer<typeof Facts>): string {
  const exports = Object.entries(facts.abraShExports).map(([name, value]) => `export ${name}=${value}`);
  return [...exports, ...facts.abraShFunctions.map((name) => `${name}() {\n  true\n}`)].join('\n');
}

async function read(name: string): Promise<{ recipe: Recipe; facts: z.infer<typeof Facts> }> {
  const dir = join(corpus, name);
  const facts = Facts.parse(JSON.parse(readFileSync(join(dir, 'facts.json'), 'utf8')));
  const tags = facts.tags.flatMap(({ name, annotated }): VersionTag[] => {
    const version = parseVersion(name);
    return version === undefined ? [] : [{ version, annotated, commit: 'b'.repeat(40) }];
  });
  const recipe = await readRecipe(dir, { name, commit: facts.commit, tags });
  return { recipe: { ...recipe, abraSh: parseAbraSh(writeAbraSh(facts)) }, facts };
}

describe.each(names)('%s', (name) => {
  const text = readFileSync(join(corpus, name, '.env.sample'), 'utf8');

  it('has a sample that is kept byte for byte when every key gets the value it has', () => {
    const { entries } = parseEnv(text);
    expect(entries.length).toBeGreaterThan(1);
    const last = new Map(entries.map(({ key, value }) => [key, value]));
    const edited = editEnv(text, Object.fromEntries(last));
    expect(parseEnv(edited).entries.map(({ key, value }) => [key, value])).toEqual(
      entries.map(({ key, value }) => [key, value]),
    );
    const outside = (each: string) => {
      let from = 0;
      const parts = scanEnv(each).map(({ start, end }) => {
        const part = each.slice(from, start);
        from = end;
        return part;
      });
      return [...parts, each.slice(from)];
    };
    expect(outside(edited)).toEqual(outside(text));
  });

  it('exports what it is known to export', async () => {
    const { recipe, facts } = await read(name);
    expect(recipe.abraSh?.exports).toEqual(facts.abraShExports);
    expect(recipe.abraSh?.functions).toEqual(facts.abraShFunctions);
  });

  it('resolves to an app with the sample’s own settings', async () => {
    const { recipe } = await read(name);
    const stackName = 'c1_ci_test';
    const app = await resolveApp(recipe, { domain: 'c1.ci.test', stackName, env: {}, versionLabel: '1.0.0+1' });
    expect(app.stack.services['app']?.deploy?.labels?.[`coop-cloud.${stackName}.version`]).toBe('1.0.0+1');
    expect(app.secrets.every((secret) => secret.name.startsWith(`${stackName}_`) && secret.version === 'v1')).toBe(
      true,
    );
  });

  it('is linted in full, every violation in a file of the recipe that has such a line', async () => {
    const { recipe } = await read(name);
    const findings = await lintRecipe(recipe);
    expect(findings.filter(({ id }) => id === 'CC001' || id === 'CC002').map(({ outcome }) => outcome)).toEqual([
      'satisfied',
      'satisfied',
    ]);
    for (const { file, line } of findings) {
      if (file === null || line === null) continue;
      expect(readFileSync(join(recipe.dir, file), 'utf8').split('\n').length).toBeGreaterThanOrEqual(line);
    }
  });
});

describe('what is known to be wrong in real recipes', () => {
  it.each([
    ['bonfire', 'CC018', 'compose.postgres.yml'],
    ['bore', 'CC017', 'compose.yml'],
    ['go-ssb-room', 'CC019', 'compose.yml'],
    ['llamenos', 'CC020', 'compose.yml'],
    ['llamenos', 'R004', 'compose.yml'],
    ['foodsharing-cms', 'CC012', 'compose.yml'],
    ['traefik', 'R014', null],
  ])('%s: %s in %s', async (name, id, file) => {
    const findings = await lintRecipe((await read(name)).recipe, { rules: [id] });
    expect(findings.filter(({ outcome }) => outcome === 'violated').map((finding) => finding.file)).toContain(file);
  });
});
