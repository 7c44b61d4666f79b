import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { RunResults } from '../../src/results/schema.ts';
import { drawSample } from '../support/draw.ts';
import { findFaketime } from '../support/set-up/test-programs.ts';
import { openBench } from './support/cc-ci.ts';
import { openGate } from './support/gate.ts';

const PRELOAD = join(import.meta.dirname, 'support/points.ts');

/** The clock of our process alone jumps; the Engine's and the one that only counts forwards do not. */
const JUMPS = ['after begin stack', 'after begin come up', 'after begin come up again', 'after begin restore'].flatMap(
  (point) => ['+1d', '-1d'].map((by) => ({ point, by })),
);
const chosen = drawSample(JUMPS, { suite: 'clock', nameOf: ({ point, by }) => `${by} ${point}` });

test.each(chosen)(
  'a clock that jumps by $by $point changes no verdict, no duration and no lock',
  async ({ point, by }) => {
    await using bench = await openBench();
    await using other = await openBench();
    const root = join(bench.state, '..');
    const clock = join(root, 'clock');
    // Two days ahead: from there it can go back without coming to a time before the certificates were made.
    await writeFile(clock, '+2d\n');
    const gate = await openGate(root);
    const started = performance.now();
    const run = bench.start(['test', '--json', bench.example('static-site')], {
      LD_PRELOAD: await findFaketime(),
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NODE_OPTIONS: `--import=${PRELOAD}`,
      POINT: point,
      POINT_RUNS: JSON.stringify(gate.argv),
    });
    await Promise.race([gate.reached, run.ended]);
    await writeFile(clock, by === '+1d' ? '+3d\n' : '+1d\n');
    const [runId] = await bench.runIds();
    for (const janitor of [bench, other]) {
      const cleaned = await janitor.run(['clean', '--json']);
      const { live, cleaned: taken } = JSON.parse(cleaned.stdout) as { live: string[]; cleaned: { runId: string }[] };
      expect(taken.map((one) => one.runId)).not.toContain(runId);
      // Another state directory's janitor knows of a run only what the Engine has of it, which at first is nothing.
      if (janitor === bench) expect(live).toContain(runId);
    }
    await gate.open();
    const { exitCode, stdout, stderr } = await run.ended;
    const elapsed = performance.now() - started;
    expect(exitCode, stderr).toBe(EXIT.success);
    const results = RunResults.parse(JSON.parse(stdout));
    expect(results).toMatchObject({ verdict: 'success', level: 5, residue: [] });
    const spans = [
      results.ms,
      ...results.phases.map(({ startMs, endMs }) => endMs - startMs),
      ...results.rungs.map(({ ms }) => ms),
    ];
    for (const ms of spans) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(elapsed);
    }
    expect(await bench.leftovers()).toEqual([]);
  },
);
