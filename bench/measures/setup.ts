import { mustRun } from '../../src/base/process.ts';
import { LAUNCHER } from '../cc-ci.ts';
import type { Measure } from '../measure.ts';

/** Set-up of a machine that is set up already: it looks, and finds nothing to do. */
export const setup: Measure = {
  name: 'setup',
  about: 'cc-ci setup on a machine that is ready',
  async take(bench) {
    const again = async () =>
      (await mustRun([LAUNCHER, 'setup'], { timeoutMs: 600_000, signal: bench.signal })).ms / 1000;
    // The first call may still find something to do.
    await again();
    const values: number[] = [];
    for (let round = 0; round < (bench.rounds ?? 3); round += 1) values.push(await again());
    return [{ name: 'cc-ci setup, again', unit: 's', values, bars: [{ kind: 'at-most', value: 3 }] }];
  },
};
