import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openScratch, sweepScratch } from '../../src/base/scratch.ts';

async function newCache(): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'scratch-'));
  onTestFinished(() => rm(cache, { recursive: true, force: true }));
  return cache;
}

test('scratch goes when it is let go, with its lock', async () => {
  const cache = await newCache();
  {
    await using scratch = await openScratch(cache, 'x');
    await writeFile(join(scratch.path, 'file'), 'x');
  }
  expect(await readdir(join(cache, 'scratch'))).toEqual([]);
});

test('scratch of the dead is swept, that of the living stays', async () => {
  const cache = await newCache();
  await using living = await openScratch(cache, 'living');
  await writeFile(join(cache, 'scratch/dead.lock'), '');
  await mkdir(join(cache, 'scratch/dead/deeper'), { recursive: true });
  await sweepScratch(cache);
  expect((await readdir(join(cache, 'scratch'))).toSorted()).toEqual([
    expect.stringMatching(/^living-/),
    expect.stringMatching(/^living-.*\.lock$/),
  ]);
  await writeFile(join(living.path, 'file'), 'still there');
});
