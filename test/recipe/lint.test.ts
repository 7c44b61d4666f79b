import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintRecipe } from '../../src/recipe/lint/lint-recipe.ts';
import { RULES } from '../../src/recipe/lint/registry.ts';
import type { LintFinding } from '../../src/recipe/lint/types.ts';
import { readRecipe } from '../../src/recipe/read-recipe.ts';
import type { VersionTag } from '../../src/recipe/types.ts';
import { parseVersion } from '../../src/recipe/version.ts';
import { LintResult } from '../../src/results/schema.ts';
import { type LintCase, RULE_CASES } from './lint-cases.ts';
import { makeScratch, writeFiles } from './recipe-repository.ts';
import { CLEAN } from './sample-recipe.ts';

const HEAD = 'a'.repeat(40);

async function lint(change: LintCase, rules?: readonly string[]): Promise<LintFinding[]> {
  await using scratch = await makeScratch();
  const dir = join(scratch.dir, 'head');
  await writeFiles(dir, { ...CLEAN, ...change.files });
  for (const path of change.without ?? []) await rm(join(dir, path));
  const baseDir = join(scratch.dir, 'base');
  await writeFiles(baseDir, { ...CLEAN, ...change.base });
  const tags = (change.tags ?? []).flatMap(({ name, annotated = true, commit = HEAD }): VersionTag[] => {
    const version = parseVersion(name);
    return version === undefined ? [] : [{ version, annotated, commit }];
  });
  const recipe = await readRecipe(dir, { name: 'wiki', commit: HEAD, tags });
  const base = change.base === undefined ? undefined : await readRecipe(baseDir, { name: recipe.name });
  return await lintRecipe(recipe, { base, catalogue: change.catalogue, rules });
}

describe('every rule', () => {
  it('has cases, and every case a rule', () => {
    const testable = RULES.map(({ id }) => id).filter((id) => id !== 'R008');
    expect(Object.keys(RULE_CASES)).toEqual(testable);
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });

  it.each(Object.entries(RULE_CASES))('%s: finds its violation, with its place', async (id, { violated, at }) => {
    const [first] = await lint(violated, [id]);
    expect(first).toMatchObject({ id, outcome: 'violated', file: at[0], line: at[1] });
    expect(first?.message).toContain(at[2]);
  });

  it.each(Object.entries(RULE_CASES))('%s: is satisfied by the clean recipe', async (id, { clean }) => {
    const outcomes = (await lint(clean ?? {}, [id])).map(({ outcome, message }) => [outcome, message]);
    expect(outcomes).toEqual([['satisfied', '']]);
  });

  it.each(RULES.filter(({ id }) => id.startsWith('CC')))('$id has a page that bears its title', async (rule) => {
    const page = await readFile(`docs/lint/${rule.id.toLowerCase()}.md`, 'utf8');
    expect(page.toLowerCase()).toContain(`# ${rule.id}: ${rule.title}\n`.toLowerCase());
    expect(page).toContain(`Severity: ${rule.severity === 'error' ? 'error' : 'warning'}\n`);
    for (const part of ['## What is looked at', '## Why', '## What to do']) expect(page).toContain(part);
  });
});

describe('the list of rules', () => {
  it('holds a row for each', async () => {
    const rows = (await readFile('docs/lint/README.md', 'utf8'))
      .split('\n')
      .filter((line) => /^\| \[?(R|CC)0/.test(line));
    const expected = RULES.map(({ id, severity, title }) => {
      const link = id.startsWith('CC') ? `[${id}](${id.toLowerCase()}.md)` : id;
      return `| ${link} | ${severity} | ${title} |`;
    });
    expect(rows).toEqual(expected);
  });
});

describe('lintRecipe', () => {
  it('says nothing but satisfied about the clean recipe, and why rules were skipped', async () => {
    const findings = await lint({});
    expect(findings.filter(({ outcome }) => outcome === 'violated')).toEqual([]);
    const skipped = findings.filter(({ outcome }) => outcome === 'skipped');
    expect(skipped.map(({ id }) => id)).toEqual(['R006', 'R013', 'CC006']);
    expect(skipped.every(({ message }) => message !== '')).toBe(true);
  });

  it('never passes for satisfied what it could not look at', async () => {
    const findings = await lint({ files: { 'compose.yml': 'services: [' } });
    expect(findings.find(({ id }) => id === 'CC001')).toMatchObject({ outcome: 'violated', file: 'compose.yml' });
    const needing = new Set(RULES.filter(({ needs }) => needs === 'stack').map(({ id }) => id));
    expect(findings.filter(({ id }) => needing.has(id)).every(({ outcome }) => outcome === 'skipped')).toBe(true);
  });

  it('skips R010 for a recipe without a domain', async () => {
    const files = { '.env.sample': 'TYPE=wiki\nSECRET_PASSWORD_VERSION=v1\n' };
    expect(await lint({ files }, ['R010'])).toMatchObject([{ outcome: 'skipped' }]);
  });

  it('gives rows in the shape of results.json', async () => {
    for (const finding of await lint({ files: { 'compose.x.yml': 'version: "3.8"\nservices:\n  x: {}\n' } })) {
      expect(LintResult.parse(finding)).toEqual(finding);
    }
  });
});
