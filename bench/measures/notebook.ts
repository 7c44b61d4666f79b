import { runOwn } from '../cc-ci.ts';
import type { Measure } from '../measure.ts';

/** A full run of a recipe as it is in earnest: three services, databases, hooks, the default update monitor of 5 s. */
export const notebook: Measure = {
  name: 'notebook',
  about: 'a full cold run of notebook, with the default update monitor',
  async take(bench) {
    const values: number[] = [];
    for (let round = 0; round < (bench.rounds ?? 1); round += 1) {
      values.push((await runOwn(bench, 'notebook', [], `notebook-${round}`)).ms / 1000);
    }
    return [{ name: 'full run of notebook', unit: 's', values, bars: [] }];
  },
};
