import { expect, test } from 'vitest';
import type { Engine } from '../../src/swarm/engine.ts';
import { readStats, watchUsage } from '../../src/swarm/usage.ts';

test('memory is told without the file cache, in both generations of cgroups', () => {
  const cpu_stats = { cpu_usage: { total_usage: 2_500_000_000 } };
  const first = { cpu_stats, memory_stats: { usage: 1000, stats: { total_inactive_file: 300, inactive_file: 1 } } };
  expect(readStats('app', first)).toEqual({ service: 'app', memoryBytes: 700, cpuSeconds: 2.5 });
  const second = { cpu_stats, memory_stats: { usage: 1000, stats: { inactive_file: 200 } } };
  expect(readStats('app', second).memoryBytes).toBe(800);
});

test('a container that has ended counts nothing', () => {
  expect(readStats('app', { memory_stats: {} })).toEqual({ service: 'app', memoryBytes: 0, cpuSeconds: 0 });
});

test('a watch that is disposed of does not wait for an answer of the Engine', async () => {
  const asked = Promise.withResolvers<void>();
  const engine = {
    containers: () => Promise.resolve([{ Id: 'c1', Labels: {} }]),
    containerStats: (_id: string, signal: AbortSignal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('dropped')));
        asked.resolve();
      }),
  } as unknown as Engine;
  const watch = watchUsage(engine, 'stack', new AbortController().signal);
  await asked.promise;

  await watch[Symbol.asyncDispose]();

  expect(watch.current()).toEqual([]);
});
