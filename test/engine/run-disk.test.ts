import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { openBench, sampleOfEach } from './support/cc-ci.ts';
import { mountSmallDisk } from './support/small-disk.ts';

const PRELOAD = join(import.meta.dirname, 'support/points.ts');
const FILL = join(import.meta.dirname, 'support/fill-disk.ts');

/** More than a run has to find free, so that it begins; then a point at which nothing is left. */
const DISK_MIB = 1400;
const MOMENTS = [
  'after begin work directory',
  'after begin images',
  'after begin stack',
  'after begin come up',
  'after begin update',
  'after begin backup',
  'after begin restore',
  'after begin tests',
  'before undone stack',
];
const { chosen, seed } = sampleOfEach(MOMENTS, () => 'all');
process.stdout.write(`disk full, seed ${seed}: ${chosen.join(', ')}\n`);

test.each(chosen)('a disk that is full %s ends the run with an error that says so', async (point) => {
  await using bench = await openBench();
  const runs = join(bench.state, 'runs');
  await using disk = await mountSmallDisk(runs, DISK_MIB);
  const { exitCode, stdout, stderr } = await bench.run(['test', '--json', bench.example('static-site')], {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    POINT: point,
    POINT_RUNS: JSON.stringify([process.execPath, FILL, disk.mountPoint]),
  });
  expect(exitCode, stderr).toBe(EXIT.error);
  expect(stdout + stderr).toMatch(/the disk is full|no space left/i);
  expect(await bench.leftovers()).toEqual([]);
  const cleaned = await bench.run(['clean', '--json']);
  expect(cleaned.exitCode, cleaned.stderr).toBe(EXIT.success);
});
