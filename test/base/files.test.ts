import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openJsonLines, parseJsonLines, writeFileAtomic } from '../../src/base/files.ts';

const scratch = () => mkdtemp(join(tmpdir(), 'files-'));

test('a file is replaced as a whole, and nothing else is left beside it', async () => {
  const directory = await scratch();
  await writeFileAtomic(join(directory, 'deeper', 'x'), 'old');
  await writeFileAtomic(join(directory, 'deeper', 'x'), 'new', 0o600);
  expect(await readFile(join(directory, 'deeper', 'x'), 'utf8')).toBe('new');
  expect(await readdir(join(directory, 'deeper'))).toEqual(['x']);
});

test('a replacement that fails leaves the old file and no other', async () => {
  const directory = await scratch();
  await writeFileAtomic(join(directory, 'taken', 'inside'), 'old');
  await expect(writeFileAtomic(join(directory, 'taken'), 'new')).rejects.toThrow();
  expect(await readdir(directory)).toEqual(['taken']);
});

test('appended values come back in the order of the calls', async () => {
  const path = join(await scratch(), 'lines');
  const values = Array.from({ length: 50 }, (_, number) => ({ number }));
  {
    await using lines = await openJsonLines(path);
    await Promise.all(values.map((value, index) => lines.append(value, { durable: index % 10 === 0 })));
  }
  expect(parseJsonLines(await readFile(path, 'utf8'))).toEqual(values);
});

test('wherever a crash cuts the file off, the whole lines before it are read', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 5 }), fc.nat(), (values, at) => {
      const text = values.map((value) => `${JSON.stringify(value)}\n`).join('');
      const cut = text.slice(0, at % (text.length + 1));
      const whole = cut.split('\n').length - 1;
      expect(parseJsonLines(cut).slice(0, whole)).toEqual(parseJsonLines(text).slice(0, whole));
    }),
  );
});

test('a broken line in the middle is no crash and is not passed over', () => {
  expect(() => parseJsonLines('{"a":1}\n{"b"\n{"c":3}\n')).toThrow();
});
