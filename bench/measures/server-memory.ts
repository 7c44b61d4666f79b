import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay, startDeadline } from '../../src/base/deadline.ts';
import { LAUNCHER } from '../cc-ci.ts';
import type { Measure } from '../measure.ts';
import { ownProcesses } from '../memory.ts';
import { openServerScene } from '../server-scene.ts';

/** After this nothing of the start is left to do. */
const SETTLE_MS = 10_000;

/** What a server takes that has nothing to do, its worker and its PostgreSQL included. */
export const serverMemory: Measure = {
  name: 'server-memory',
  about: 'memory of an idle server with its worker and its PostgreSQL',
  async take(bench) {
    using bound = startDeadline(300_000, bench.signal);
    const values: number[] = [];
    let parts = '';
    for (let round = 0; round < (bench.rounds ?? 1); round += 1) {
      const listen = `127.0.0.1:${28_466 + round}`;
      await using scene = await openServerScene(listen);
      const { config, paths } = scene.machine;
      const child = spawn(LAUNCHER, ['serve', '--config', config.directory], {
        env: { ...process.env, CC_CI_STATE: paths.state, CC_CI_HOST_LOCKS: paths.hostLocks },
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      try {
        await scene.deliverTo(`http://${listen}`, bound.signal);
        await delay(SETTLE_MS, bound.signal);
        const postmaster = Number.parseInt(
          await readFile(join(paths.state, 'postgres/data/postmaster.pid'), 'utf8'),
          10,
        );
        const of = async (pid: number) => (await ownProcesses(pid)).reduce((sum, { mb }) => sum + mb, 0);
        const [ours, database] = [await of(child.pid ?? 0), await of(postmaster)];
        values.push(ours + database);
        parts = `cc-ci ${Math.round(ours)} MB, PostgreSQL ${Math.round(database)} MB`;
      } finally {
        child.kill('SIGTERM');
        await ended;
      }
    }
    const bars = [{ kind: 'at-most', value: 150 }] as const;
    return [{ name: 'idle server with PostgreSQL', unit: 'MB', values, bars, note: `PSS; ${parts}` }];
  },
};
