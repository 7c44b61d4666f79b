import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startForge } from '../forge/double/double.ts';
import { openTestStore } from '../store/support/test-store.ts';
import { openBench } from './support/cc-ci.ts';
import { configure, queueAll, until } from './support/drain.ts';
import { openFaultySocket } from './support/faulty-socket.ts';

test('an Engine that dies and comes back under a run of a worker costs an attempt and no request, and nothing stays', async () => {
  await using bench = await openBench();
  await using socket = await openFaultySocket(bench.engine.socket);
  await using store = await openTestStore();
  await using forge = await startForge();
  const config = join(bench.state, '../etc');
  await configure(config, forge);
  await queueAll(bench, store, forge, { recipes: ['static-site'], tiers: ['install'] });
  const { db } = store.store;
  const request = () => db.selectFrom('requests').selectAll().executeTakeFirstOrThrow();
  const worker = bench.start(['worker', '--config', config], {
    DATABASE_URL: store.url,
    DOCKER_HOST: `unix://${socket.path}`,
  });
  try {
    const lost = await bench.event(({ event, name }) => event === 'begin' && name === 'converge');
    // As a daemon that dies and is started again at once: every connection breaks.
    socket.fail('gone');
    socket.heal();
    const waiting = await until('it waits again', async () => {
      const row = await request();
      return row.state === 'queued' ? row : undefined;
    });
    expect(waiting).toMatchObject({ attempts: 1, sentence: expect.stringContaining(socket.path) });
    // Nobody needs to wait for the pause.
    await db.updateTable('requests').set({ not_before: null }).execute();
    const done = await until('it has ended', async () => {
      const row = await request();
      return row.state === 'done' ? row : undefined;
    });
    expect(done).toMatchObject({ verdict: 'success', attempts: 2 });
    const runs = await bench.runIds();
    expect(runs).toHaveLength(2);
    expect(done.run_id).toBe(runs.find((id) => id !== lost));
    expect(await bench.leftovers()).toEqual([]);
  } finally {
    worker.child.kill('SIGTERM');
    await worker.ended;
  }
});
