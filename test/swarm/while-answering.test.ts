import { once } from 'node:events';
import { expect, test } from 'vitest';
import { whileAnswering } from '../../src/swarm/while-answering.ts';

const untilAborted = async (signal: AbortSignal) => {
  await once(signal, 'abort');
  return 'ended';
};

test('work that waits for an Engine ends when the Engine is silent, with its error', async () => {
  let pings = 0;
  const ping = () => ((pings += 1) < 3 ? Promise.resolve() : Promise.reject(new Error('silent')));
  await expect(whileAnswering({ ping }, undefined, untilAborted, 1)).rejects.toThrow('silent');
  expect(pings).toBe(3);
});

test('work that is done, or fails by itself, ends the asking', async () => {
  const ping = () => Promise.resolve();
  expect(await whileAnswering({ ping }, undefined, () => Promise.resolve(7), 1)).toBe(7);
  await expect(whileAnswering({ ping }, undefined, () => Promise.reject(new Error('own')), 1)).rejects.toThrow('own');
});

test('an outer signal reaches the work', async () => {
  const outer = new AbortController();
  const work = whileAnswering({ ping: () => Promise.resolve() }, outer.signal, untilAborted, 1);
  outer.abort();
  expect(await work).toBe('ended');
});
