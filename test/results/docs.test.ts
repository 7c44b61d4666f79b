import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RENDERERS } from '../../src/results/artifacts.ts';
import { LADDER } from '../../src/results/level.ts';
import { RunResults, SCHEMA_VERSION } from '../../src/results/schema.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/results.md'), 'utf8');

describe('docs/results.md', () => {
  it('has the ladder in the words of the code', () => {
    for (const { level, tiers, proof } of LADDER)
      expect(page).toContain(`| ${level} | ${tiers.join(', ')} | ${proof} |`);
  });

  it('names every artifact', () => {
    for (const { name } of RENDERERS) expect(page).toContain(`\`${name}\``);
  });

  it('names every field of results.json and the version of the schema', () => {
    const fields = Object.keys(RunResults.shape).filter((field) => !page.includes(`\`${field}\``));
    expect(fields).toEqual([]);
    expect(page).toContain(`version of the document, now ${SCHEMA_VERSION}.`);
  });
});
