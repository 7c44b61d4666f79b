import { expect, test } from 'vitest';
import { isLeaving } from '../../src/swarm/leaving.ts';
import { DEFAULT_POLICY, FINAL_POLICY } from '../../src/swarm/observation.ts';
import { START } from './support.ts';

const task = (state: string, desired = 'shutdown') => ({
  DesiredState: desired,
  Status: { State: state, Timestamp: new Date(START).toISOString() },
});

test('a task that is to stop keeps its port for a while after its end, as a busy scheduler sees it', () => {
  expect(isLeaving(task('running'), DEFAULT_POLICY, START + 60_000)).toBe(true);
  expect(isLeaving(task('complete'), DEFAULT_POLICY, START + 5000)).toBe(true);
  expect(isLeaving(task('complete'), DEFAULT_POLICY, START + 10_000)).toBe(false);
  expect(isLeaving(task('running', 'remove'), DEFAULT_POLICY, START + 60_000)).toBe(true);
  expect(isLeaving(task('running', 'running'), DEFAULT_POLICY, START)).toBe(false);
});

test('at the end of a wait no task is given more time', () => {
  expect(isLeaving(task('complete'), FINAL_POLICY, START)).toBe(false);
});
