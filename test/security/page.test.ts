import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const ROW = /^\|.*\| `(?<file>test\/[^`]+)`: (?<title>.+) \|$/u;

test.each(['security', 'secrets'])('each line of docs/%s.md names a test that there is', async (page) => {
  const lines = (await readFile(join(ROOT, `docs/${page}.md`), 'utf8')).split('\n');
  const rows = lines.filter((line) => line.startsWith('|') && !/^\| ?(?:who|way out|---)|^\|---/.test(line));
  expect(rows.length).toBeGreaterThan(10);
  const missing: string[] = [];
  for (const row of rows) {
    const { file = '', title = '' } = ROW.exec(row)?.groups ?? {};
    const text = await readFile(join(ROOT, file), 'utf8').catch(() => '');
    if (title === '' || !text.includes(`'${title}'`)) missing.push(row);
  }
  expect(missing).toEqual([]);
});
