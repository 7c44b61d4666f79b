import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = await Array.fromAsync(glob(['*.md', 'docs/**/*.md'], { cwd: root }));

/** Where the links of a page lead, from the top of the repository; links to other sites are left out. */
async function linksOf(page: string): Promise<{ readonly path: string; readonly anchor: string }[]> {
  const text = (await readFile(join(root, page), 'utf8')).replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`]*`/g, '');
  const targets = [...text.matchAll(/\]\((?<target>[^)\s]+)\)/g)].map((match) => match.groups?.['target'] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** The anchors of a page's headings, as forges make them. */
async function anchorsOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8');
  return [...text.matchAll(/^#+ (?<title>.+)$/gm)].map((match) =>
    (match.groups?.['title'] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documentation', () => {
  test.each(pages)('%s has no link that leads nowhere', async (page) => {
    const dead: string[] = [];
    for (const { path, anchor } of await linksOf(page)) {
      const there = existsSync(join(root, path));
      if (!there || (anchor !== '' && !(await anchorsOf(path)).includes(anchor))) dead.push(`${path}#${anchor}`);
    }
    expect(dead).toEqual([]);
  });

  test('every page can be reached from the README', async () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { path } of await linksOf(page)) if (pages.includes(path)) reached.add(path);
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
