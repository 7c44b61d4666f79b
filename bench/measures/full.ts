import { runOwn } from '../cc-ci.ts';
import { inTurns, type Measure } from '../measure.ts';
import { runNaively } from '../naive-run.ts';

/** A full cold run of the smallest recipe, beside the same calls made one after the other. */
export const full: Measure = {
  name: 'full',
  about: 'a full cold run of static-site: all tiers, browser included, images here',
  async take(bench) {
    const { first, second } = await inTurns(
      bench.rounds ?? 3,
      (round) => runOwn(bench, 'static-site', [], `full-${round}`),
      (round) => runNaively(bench, round),
    );
    const level = Math.min(...first.map(({ results }) => results.level));
    return [
      {
        name: 'full run of static-site',
        unit: 's',
        values: first.map(({ ms }) => ms / 1000),
        peer: { name: 'naive sequence', values: second.map((ms) => ms / 1000) },
        bars: [
          { kind: 'at-most', value: 15 },
          { kind: 'ratio', value: 0.8 },
        ],
        note: `from the start of the command to its end; every run reached level ${level}`,
      },
    ];
  },
};
