import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VERBS } from '../../src/cli/verbs.ts';

const docs = join(import.meta.dirname, '../../docs');

const verbs = VERBS.map((verb) => [verb.name, verb] as const);

describe('the page of each verb', () => {
  test.each(verbs)('docs/verbs names every option of %s', async (name, verb) => {
    const page = await readFile(join(docs, 'verbs', `${name}.md`), 'utf8');
    const words = new Set(page.match(/(?<![\w-])--?[a-z][a-z-]*/g));
    // Either form of an option is enough, and of two verbs with the same options one may point to the other.
    const others = name === 'plan' ? await readFile(join(docs, 'verbs/test.md'), 'utf8') : '';
    const missing = (await verb.load()).options
      .filter(({ long, short }) => ![long, short].some((form) => form !== undefined && words.has(form)))
      .map(({ long, flags }) => long ?? flags)
      .filter((option) => !others.includes(`\`${option}`));
    expect(missing).toEqual([]);
  });

  test.each(verbs)('docs/README.md leads to %s', async (name) => {
    expect(await readFile(join(docs, 'README.md'), 'utf8')).toContain(`(verbs/${name}.md)`);
  });

  test.each(verbs)('help sums %s up in the words of its own help', async (_name, verb) => {
    expect((await verb.load()).summary()).toBe(verb.summary);
  });
});
