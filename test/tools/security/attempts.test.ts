import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { judgeAttempts, readAttempts, renderAttempts, testPattern } from '../../../tools/security/attempts.ts';

const PAGE = `
| who | class | attempt | what stops it | test |
|---|---|---|---|---|
| P | names | a name | refused | \`test/a.test.ts\`: refuses %s |
| T | files | it's a file | not there | \`test/b.test.ts\`: a (real) file isn\\'t there |
`;
const attempts = readAttempts(PAGE);

test('each line of the page is an attempt', async () => {
  expect(attempts.map(({ who, kind, file, title }) => [who, kind, file, title])).toEqual([
    ['P', 'names', 'test/a.test.ts', 'refuses %s'],
    ['T', 'files', 'test/b.test.ts', "a (real) file isn\\'t there"],
  ]);
  const page = await readFile('docs/security.md', 'utf8');
  const lines = page.split('\n').filter((line) => /^\| [A-Z-]+ \|/.test(line));
  expect(readAttempts(page)).toHaveLength(lines.length);
});

test('an attempt was stopped when every test that made it passed, and one at least did', () => {
  const seen = (tests: Parameters<typeof judgeAttempts>[1]) =>
    judgeAttempts(attempts, tests).map(({ seen: what, tests: count }) => `${what} ${count}`);
  const file = { name: "files a (real) file isn't there", status: 'passed' };
  expect(
    seen([{ name: 'x refuses one', status: 'passed' }, { name: 'x refuses two', status: 'passed' }, file]),
  ).toEqual(['stopped 2', 'stopped 1']);
  expect(
    seen([
      { name: 'x refuses one', status: 'passed' },
      { name: 'x refuses two', status: 'failed' },
    ]),
  ).toEqual(['got through 2', 'not made 0']);
  // The title of a group stands for all that is in it.
  expect(seen([file, { name: `${file.name} at all`, status: 'failed' }])).toEqual(['not made 0', 'got through 2']);
  // One that was left out has shown nothing.
  expect(seen([{ name: 'x refuses one', status: 'skipped' }])).toEqual(['not made 0', 'not made 0']);
});

test('the pattern for the tests takes them and no others', () => {
  const pattern = new RegExp(testPattern(attempts.map(({ title }) => title)));
  expect(["x a (real) file isn't there", 'refuses all'].map((name) => pattern.test(name))).toEqual([true, true]);
  expect(pattern.test('a real file')).toBe(false);
});

test('the table says who, what, what is expected and what was seen', () => {
  expect(renderAttempts(judgeAttempts(attempts.slice(0, 1), []))).toBe(
    'FAIL P names: a name\n       expected: refused\n       seen: not made, by 0 tests',
  );
});
