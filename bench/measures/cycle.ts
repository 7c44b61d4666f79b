import { bareStack, deployAndServe, removeBare } from '../bare-stack.ts';
import { phaseOf, runOwn } from '../cc-ci.ts';
import { inTurns, type Measure } from '../measure.ts';

/** Deploy and teardown of the smallest recipe beside the bare calls; the bare deploys also show how fast a route comes. */
export const cycle: Measure = {
  name: 'cycle',
  about: 'what we add to a deploy and to a teardown, and how fast a route is live',
  async take(bench) {
    const { first, second } = await inTurns(
      bench.rounds ?? 5,
      async (round) => {
        const { results } = await runOwn(bench, 'static-site', ['--tiers', 'install'], `cycle-${round}`);
        const teardown = phaseOf(results, 'teardown', null);
        return {
          servedMs: phaseOf(results, 'serve', 'install').endMs - phaseOf(results, 'deploy', 'install').startMs,
          removedMs: teardown.endMs - teardown.startMs,
        };
      },
      async (round) => {
        const stack = bareStack(bench, 'cycle', round);
        try {
          const start = await deployAndServe(bench, stack);
          return { ...start, removedMs: await removeBare(bench, stack) };
        } catch (error: unknown) {
          await removeBare(bench, stack);
          throw error;
        }
      },
    );
    return [
      {
        name: 'deploy to serving proven',
        unit: 'ms',
        values: first.map(({ servedMs }) => servedMs),
        peer: { name: 'bare deploy, events, one probe', values: second.map(({ servedMs }) => servedMs) },
        bars: [{ kind: 'ratio', value: 1.2 }],
      },
      {
        name: 'teardown, proven empty',
        unit: 'ms',
        values: first.map(({ removedMs }) => removedMs),
        peer: { name: 'bare forced order', values: second.map(({ removedMs }) => removedMs) },
        bars: [{ kind: 'above-peer', value: 300 }],
      },
      {
        name: 'route live after health',
        unit: 'ms',
        values: second.map(({ routeMs }) => routeMs),
        bars: [{ kind: 'at-most', value: 250 }],
        note: "from the container's health event to the first 200 through the router, asked every 20 ms",
      },
    ];
  },
};
