import { describe, expect, test } from 'vitest';
import { updatesOf } from '../../src/swarm/converge.ts';
import { healedNotes, judge, judgeTimeout, serviceStates } from '../../src/swarm/judge.ts';
import type { ObservedService } from '../../src/swarm/observation.ts';
import { judgeUpdates } from '../../src/swarm/settled.ts';
import { deploy, deployed, exit, observation, START, service, task } from './support.ts';

const ready = service({ running: 1, tasks: [task()] });
const verdict = (services: readonly ObservedService[], settle = false, nowMs = START + 2000) =>
  judge(observation(services, { nowMs }), deploy([deployed({ kind: 'updated' })]), { settle })?.outcome;

describe('judge', () => {
  test('ready means every task of the new version, none of the old, and long enough', () => {
    expect(verdict([ready])).toBe('converged');
    expect(verdict([{ ...ready, running: 0 }])).toBeUndefined();
    expect(verdict([{ ...ready, outdated: 1 }])).toBeUndefined();
    expect(verdict([{ ...ready, steady: false }])).toBeUndefined();
  });

  test('no replicas wanted and none there is ready', () => {
    expect(verdict([service({ desired: 0, running: 0 })])).toBe('converged');
  });

  test('a service that has vanished is not waited for, and whoever removed it is not the recipe', () => {
    const judged = judge(observation([]), deploy([deployed({})]), { settle: false });
    expect(judged).toMatchObject({ outcome: 'failed', causes: [{ code: 'service-removed', fault: 'infrastructure' }] });
  });

  test('a rollback never counts as success, however well the old tasks run', () => {
    for (const state of ['rollback_started', 'rollback_completed', 'rollback_paused']) {
      const update = { state, message: '', startedAtMs: START };
      expect(verdict([{ ...ready, update }])).toBe('rolled-back');
    }
  });

  test('a template that is no longer ours is not ready even without a rollback', () => {
    expect(verdict([{ ...ready, replaced: true }])).toBeUndefined();
  });

  test('a paused update is not waited for', () => {
    expect(verdict([{ ...ready, update: { state: 'paused', message: '', startedAtMs: START } }])).toBe('paused');
  });

  test('settling waits for the Engine to complete the update', () => {
    const updating = { ...ready, update: { state: 'updating', message: '', startedAtMs: START } };
    expect(verdict([updating], true)).toBeUndefined();
    expect(verdict([{ ...ready, update: { ...updating.update, state: 'completed' } }], true)).toBe('converged');
  });

  test('an update that the Engine never begins is given 30 s', () => {
    expect(verdict([ready], true, START + 29_000)).toBeUndefined();
    expect(verdict([ready], true, START + 30_000)).toBe('converged');
  });
});

describe('judgeTimeout', () => {
  test('what nothing explains is unknown, with the last state', () => {
    const [cause] = judgeTimeout(observation([service({ tasks: [task({ state: 'preparing' })] })]), 50_000);
    expect(cause).toMatchObject({ code: 'unknown', service: 'app', fault: 'infrastructure' });
    expect(cause?.sentence).toContain('"preparing"');
    const [started] = judgeTimeout(observation([service({ tasks: [task({ state: 'starting' })] })]), 50_000);
    expect(started).toMatchObject({ code: 'unknown', fault: 'recipe' });
  });

  test('a service with a cause is not also unknown, one that is ready is nothing', () => {
    const crashed = service({ service: 'db', serviceId: 'db', tasks: [exit(1, 500)] });
    expect(judgeTimeout(observation([ready, crashed]), 50_000).map(({ code }) => code)).toEqual(['crash-loop']);
  });
});

test('an exit before the service was ready is worth a note', () => {
  const healed = { ...ready, tasks: [exit(1, 400), ...ready.tasks] };
  expect(healedNotes(observation([healed]))).toEqual(['app: ended once before it was ready (exit code 1)']);
});

test('readiness is reported from the deploy on', () => {
  const [state] = serviceStates(observation([{ ...ready, readyAtMs: START + 1187 }]));
  expect(state).toMatchObject({ service: 'app', readyMs: 1187, running: 1, desired: 1 });
});

test('what a deploy asked for, over all services', () => {
  const unchanged = deployed({ kind: 'unchanged', replacesTasks: false });
  const labels = deployed({ kind: 'updated', replacesTasks: false });
  const changed = deployed({ kind: 'updated' });
  expect(updatesOf(deploy([deployed()]))).toBe('fresh');
  expect(updatesOf(deploy([unchanged, deployed()]))).toBe('changed');
  expect(updatesOf(deploy([unchanged, changed]))).toBe('changed');
  expect(updatesOf(deploy([unchanged, labels]))).toBe('spec-only');
  expect(updatesOf(deploy([unchanged]))).toBe('none');
  expect(updatesOf(deploy([]))).toBe('none');
});

test('update states of a stack', () => {
  expect(judgeUpdates([undefined, 'completed'])).toBe('settled');
  expect(judgeUpdates(['updating', 'rollback_completed'])).toBeUndefined();
  expect(judgeUpdates(['rollback_started'])).toBeUndefined();
  expect(judgeUpdates(['paused', 'rollback_completed'])).toBe('rolled-back');
  expect(judgeUpdates(['paused', 'completed'])).toBe('paused');
});
