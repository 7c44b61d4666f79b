import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { RunResults } from '../../src/results/schema.ts';
import { drawSample } from '../support/draw.ts';
import { openBench } from './support/cc-ci.ts';
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
];
/** What is still to be written then may fit into blocks that are begun, and into what the work directory gives back. */
const LATE_MOMENTS = ['after begin restore', 'after begin tests', 'before undone stack'];

const early = drawSample(MOMENTS, { suite: 'disk full early', nameOf: (moment) => moment });
const late = drawSample(LATE_MOMENTS, { suite: 'disk full late', nameOf: (moment) => moment });

test.each(early)('a disk that is full %s ends the run with an error that says so', async (point) => {
  const { exitCode, stdout, stderr } = await runOutOfDisk(point);
  expect(exitCode, stderr).toBe(EXIT.error);
  expect(stdout + stderr).toMatch(/the disk is full|no space left/i);
});

test.each(late)('a disk that is full %s ends the run with an error, or with a whole record', async (point) => {
  const { exitCode, stdout, stderr, written } = await runOutOfDisk(point);
  if (exitCode === EXIT.error) {
    expect(stdout + stderr).toMatch(/the disk is full|no space left/i);
  } else {
    expect(exitCode, stderr).toBe(EXIT.success);
    const results = RunResults.parse(JSON.parse(stdout));
    expect(results).toMatchObject({ verdict: 'success', level: 5, residue: [], notes: [] });
    expect(RunResults.parse(JSON.parse(written))).toEqual(results);
  }
});

/** A run on a disk that has nothing left from a point on; nothing of it may be left, and cleaning up must work. */
async function runOutOfDisk(point: string) {
  await using bench = await openBench();
  const runs = join(bench.state, 'runs');
  await using disk = await mountSmallDisk(runs, DISK_MIB);
  const run = await bench.run(['test', '--json', bench.example('static-site')], {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    POINT: point,
    POINT_RUNS: JSON.stringify([process.execPath, FILL, disk.mountPoint]),
  });
  const [runId = ''] = await bench.runIds();
  expect(await bench.leftovers()).toEqual([]);
  const cleaned = await bench.run(['clean', '--json']);
  expect(cleaned.exitCode, cleaned.stderr).toBe(EXIT.success);
  return { ...run, written: await readFile(join(runs, runId, 'results.json'), 'utf8').catch(() => '') };
}
