import { expect, test } from 'vitest';
import type { Engine } from '../../src/swarm/engine.ts';
import { engineMoment, engineNow } from '../../src/swarm/engine-clock.ts';

const engineAt = (SystemTime: string | undefined) =>
  ({ info: () => Promise.resolve({ SystemTime }) }) as unknown as Engine;

test('what a run compares with the Engine’s stamps is the Engine’s time, whatever our own clock shows', async () => {
  const moment = await engineMoment(engineAt('2001-02-03T04:05:06.789012345Z'));
  expect(moment.startedAtMs).toBe(Date.UTC(2001, 1, 3, 4, 5, 6, 789));
  expect(engineNow({ ...moment, startedTick: performance.now() - 2000 })).toBeGreaterThanOrEqual(
    moment.startedAtMs + 2000,
  );
});

test('an Engine that does not tell its time is taken to have ours', async () => {
  const before = Date.now();
  expect((await engineMoment(engineAt(undefined))).startedAtMs).toBeGreaterThanOrEqual(before);
});
