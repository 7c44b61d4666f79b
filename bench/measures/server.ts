import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay, startDeadline } from '../../src/base/deadline.ts';
import { clusterOptions } from '../../src/server/store-home.ts';
import { startWorker } from '../../src/server/worker/start-worker.ts';
import { openStore } from '../../src/store/store.ts';
import { ROOT } from '../cc-ci.ts';
import { median } from '../figure.ts';
import type { Measure } from '../measure.ts';
import { openServerScene } from '../server-scene.ts';

const TICK_MS = 20;

/** From a comment to its request, and from the request to a worker. What is run there is no real run. */
export const server: Measure = {
  name: 'server',
  about: 'from a comment to its request by webhook, and from there to a free worker',
  async take(bench) {
    using bound = startDeadline(300_000, bench.signal);
    await using scene = await openServerScene();
    const { forge, machine } = scene;
    const fake = [process.execPath, join(ROOT, 'test/server/support/fake-run.ts')] as const;
    const running = await machine.start((context) =>
      startWorker({ ...context, program: fake, cleanUp: async () => undefined }),
    );
    try {
      await scene.deliverTo(running.url, bound.signal);
      await writeFile(join(machine.paths.state, 'behaviour'), 'green');
      await using store = await openStore({ kind: 'private', cluster: await clusterOptions(machine.paths) });
      const requests = () => store.db.selectFrom('requests').selectAll().execute();
      const queued: number[] = [];
      for (let round = 0; round < (bench.rounds ?? 40); round += 1) {
        const begun = performance.now();
        await forge.comment('ada', '!testme');
        // A delivery is answered once its request is in the database.
        await forge.double.delivered();
        queued.push(performance.now() - begun);
        while ((await requests()).filter(({ state }) => state === 'done').length <= round) {
          await delay(TICK_MS, bound.signal);
        }
      }
      const taken = (await requests()).map(({ queued_at, started_at }) => Number(started_at) - Number(queued_at));
      const middle = (values: readonly number[]) => `median ${Math.round(median(values))} ms`;
      return [
        {
          name: 'comment to queued, p95',
          unit: 'ms',
          values: queued,
          by: 'p95',
          bars: [{ kind: 'at-most', value: 1000 }],
          note: `by webhook, the forge’s own part and the question who comments included; ${middle(queued)}`,
        },
        {
          name: 'queued to taken, p95',
          unit: 'ms',
          values: taken,
          by: 'p95',
          bars: [{ kind: 'at-most', value: 100 }],
          note: `by the database’s clock, with a free slot; ${middle(taken)}`,
        },
      ];
    } finally {
      await running.stop();
    }
  },
};
