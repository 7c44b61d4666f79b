import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Activity, type ContainerActivity, followStillness } from '../../src/edge/causes/stillness.ts';
import type { ProcessActivity } from '../../src/swarm/processes.ts';

const AT_REST: ProcessActivity = { processes: ['1@0'], cpuMs: 100, networkBytes: 0, timedWait: false };

function app(processes: Partial<ProcessActivity> = {}, more: Partial<ContainerActivity> = {}): ContainerActivity {
  return { id: 'app', routed: true, processes: { ...AT_REST, ...processes }, logMark: 'ready', ...more };
}

function other(processes: Partial<ProcessActivity> = {}): ContainerActivity {
  return { id: 'db', routed: false, processes: { ...AT_REST, ...processes }, logMark: undefined };
}

/** Looks two seconds apart. */
function looks(...all: readonly (readonly ContainerActivity[])[]) {
  const follow = followStillness();
  return all.map((containers, index) => follow({ atMs: index * 2000, containers })).at(-1);
}

test('one look shows nothing, and what does not move is still since the first look', () => {
  expect(looks([app()])).toEqual({ stillMs: 0, calmMs: 0 });
  expect(looks([app()], [app()], [app()])).toEqual({ stillMs: 4000, calmMs: 4000 });
});

describe('a start is not taken for standing still', () => {
  test.each<[string, ContainerActivity]>([
    ['work', app({ cpuMs: 100 + 300 })],
    ['a log line', app({}, { logMark: 'waiting for the database' })],
    ['another process', app({ processes: ['1@0', '7@30'] })],
    ['a process in the place of another', app({ processes: ['1@500'] })],
    ['a download', app({ networkBytes: 100_000 })],
    ['a wait of its own choosing', app({ timedWait: true })],
    ['another container', app({}, { id: 'app2' })],
    ['processes that cannot be seen', app({}, { processes: undefined })],
    ['a log that cannot be read', app({}, { logMark: undefined })],
  ])('that shows in %s', (_, now) => {
    expect(looks([app()], [app()], [now])?.stillMs).toBe(0);
  });

  test('while a database beside it works hard, and is while it only answers its health check', () => {
    expect(looks([app(), other()], [app(), other({ cpuMs: 100 + 1500 })])).toEqual({ stillMs: 0, calmMs: 0 });
    expect(looks([app(), other()], [app(), other({ cpuMs: 100 + 200 })])).toEqual({ stillMs: 2000, calmMs: 2000 });
  });

  test('while a container comes or goes', () => {
    expect(looks([app(), other()], [app()])?.stillMs).toBe(0);
    expect(looks([app()], [app(), other()])?.stillMs).toBe(0);
  });
});

test('an app that is only asked by us is calm, though not still', () => {
  const asked = app({ cpuMs: 100 + 200, processes: ['1@0', '9@90'] }, { logMark: 'GET / 500' });
  expect(looks([app()], [asked])).toEqual({ stillMs: 0, calmMs: 2000 });
});

test('nothing is ever still for longer than it is calm, nor for longer than it was looked at', () => {
  const activity = fc.record({
    processes: fc.array(fc.constantFrom('1@0', '2@5'), { maxLength: 2 }),
    cpuMs: fc.integer({ min: 0, max: 5000 }),
    networkBytes: fc.integer({ min: 0, max: 200_000 }),
    timedWait: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.option(activity, { nil: undefined }), { minLength: 1, maxLength: 8 }), (all) => {
      const follow = followStillness();
      all.forEach((processes, index) => {
        const next: Activity = { atMs: index * 2000, containers: [app({}, { processes })] };
        const { stillMs, calmMs } = follow(next);
        expect(stillMs).toBeLessThanOrEqual(calmMs);
        expect(calmMs).toBeLessThanOrEqual(index * 2000);
      });
    }),
  );
});
