import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMasker } from '../../src/base/mask.ts';
import { openLogFile } from '../../src/swarm/log-file.ts';

let dir: string;
let count = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cc-ci-log-'));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const newPath = () => join(dir, `${(count += 1)}.log`);

test('every line has its number, whatever the pieces it came in, and two streams are never mixed in one', async () => {
  const words = fc.array(fc.stringMatching(/^[a-zäö€ ]{0,20}$/), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(words, words, fc.integer({ min: 1, max: 9 }), async (out, err, step) => {
      const path = newPath();
      const file = openLogFile(path);
      const streams = [out, err].map((lines) => ({
        bytes: Buffer.from(lines.map((line) => `${line}\n`).join('')),
        writer: file.open(createMasker().stream()),
      }));
      for (let at = 0; streams.some(({ bytes }) => at < bytes.length); at += step) {
        for (const { bytes, writer } of streams) writer.write(bytes.subarray(at, at + step));
      }
      for (const { writer } of streams) writer.end();
      await file.close();
      const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
      expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(lines.map((_, index) => index + 1));
      const texts = lines.map((line) => line.slice(line.indexOf(' ') + 1));
      expect(texts.toSorted()).toEqual([...out, ...err].toSorted());
    }),
    { numRuns: 60 },
  );
});

test('what is not kept leaves a hole in the numbers, and a line that says how large it is', async () => {
  const path = newPath();
  const file = openLogFile(path, 20);
  const writer = file.open(createMasker().stream());
  writer.write(Buffer.from('one\ntwo\nthis line is too long\nthis one, too\n'));
  writer.end();
  await file.close();
  expect(await readFile(path, 'utf8')).toBe(
    '1 one\n2 two\n5 [gap: 2 lines not kept: this log is longer than 20 bytes]\n',
  );
});

test('a last line without an end is kept, and so is the reason why there is no more', async () => {
  const path = newPath();
  const file = openLogFile(path);
  const writer = file.open(createMasker().stream());
  writer.write(Buffer.from('half a li'));
  writer.end();
  file.gap('the Engine went away');
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('1 half a li\n2 [gap: the Engine went away]\n');
});

test('a secret is masked before it is on disk', async () => {
  const path = newPath();
  const masker = createMasker();
  masker.add(['correct-horse']);
  const file = openLogFile(path);
  const writer = file.open(masker.stream());
  for (const byte of Buffer.from('the password is correct-horse\n')) writer.write(Buffer.from([byte]));
  writer.end();
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('1 the password is •••\n');
});
