import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAUSES, detectCauses } from '../../src/swarm/causes/registry.ts';
import { healedNotes, judge, judgeTimeout } from '../../src/swarm/judge.ts';
import { FINAL_POLICY, isReady, type ObservedService, type ObservedTask } from '../../src/swarm/observation.ts';
import { container, deploy, deployed, exit, observation, START, service, task } from './support.ts';

/** One thing that can happen to a task, at a moment after the deploy. */
const HAPPENINGS: Readonly<Record<string, (atMs: number) => ObservedTask>> = {
  crash: (atMs) => exit(3, atMs, { container: container({ diedAtMs: START + atMs, exitCode: 3 }) }),
  killedForMemory: (atMs) =>
    exit(137, atMs, { container: container({ oomAtMs: START + atMs - 10, diedAtMs: START + atMs, exitCode: 137 }) }),
  crashBeforeUnhealthy: (atMs) =>
    exit(1, atMs, { container: container({ diedAtMs: START + atMs, unhealthyAtMs: START + atMs + 50 }) }),
  unhealthy: (atMs) =>
    exit(137, atMs, { container: container({ unhealthyAtMs: START + atMs - 400, diedAtMs: START + atMs }) }),
  curlMissing: (atMs) =>
    exit(137, atMs, {
      container: container({
        unhealthyAtMs: START + atMs - 400,
        diedAtMs: START + atMs,
        probes: ['health check (exit 127): /bin/sh: curl: not found'],
      }),
    }),
  rejected: (atMs) =>
    task({ id: `r${atMs}`, state: 'rejected', error: 'bind source path does not exist: /x', atMs: START + atMs }),
  diskFull: (atMs) =>
    task({
      id: `d${atMs}`,
      state: 'failed',
      error: 'starting container failed: no space left on device',
      atMs: START + atMs,
    }),
  odd: (atMs) => task({ id: `o${atMs}`, state: 'rejected', error: 'something new', atMs: START + atMs }),
  waiting: (atMs) => task({ id: `w${atMs}`, state: 'preparing', message: 'preparing', atMs: START + atMs }),
};

const happening = fc.tuple(fc.constantFrom(...Object.values(HAPPENINGS)), fc.integer({ min: 600, max: 20_000 }));
const tasks = fc
  .uniqueArray(happening, { maxLength: 5, selector: ([, atMs]) => atMs })
  .map((list) => list.toSorted((left, right) => left[1] - right[1]).map(([what, atMs]) => what(atMs)));
const update = fc.constantFrom(undefined, 'rollback_started', 'rollback_completed', 'paused');
const observed = fc.record({ tasks, update, hasHealthcheck: fc.boolean() }).map(({ update: state, ...rest }) => ({
  ...rest,
  update: state === undefined ? undefined : { state, message: 'update', startedAtMs: START + 5 },
}));
const services = fc
  .array(observed, { minLength: 1, maxLength: 3 })
  .map((list) => list.map((one, index) => service({ ...one, service: `s${index}`, serviceId: `s${index}` })));

const KINDS = new Map(CAUSES.map((kind) => [kind.code, kind]));
const stackOf = (list: readonly ObservedService[], final: boolean) =>
  observation(list, final ? { policy: FINAL_POLICY } : {});
const look = (list: readonly ObservedService[], final: boolean) => detectCauses(stackOf(list, final));

describe('whatever happens to a stack', () => {
  test('the first in time leads, and what the Swarm made of a failure comes after that failure', () => {
    fc.assert(
      fc.property(services, fc.boolean(), (list, final) => {
        const causes = look(list, final);
        const own = causes
          .filter(({ code }) => KINDS.get(code)?.follows !== true)
          .map(({ firstSignal }) => firstSignal);
        expect(own).toEqual(own.toSorted());
        for (const { service: name } of causes) {
          const follows = causes
            .filter((cause) => cause.service === name)
            .map(({ code }) => Number(KINDS.get(code)?.follows === true));
          expect(follows).toEqual(follows.toSorted((left, right) => left - right));
        }
      }),
    );
  });

  test('no cause stands beside another of its service that explains it, and none is lost otherwise', () => {
    fc.assert(
      fc.property(services, fc.boolean(), (list, final) => {
        const causes = look(list, final);
        for (const one of list) {
          const codes = causes.filter(({ service: name }) => name === one.service).map(({ code }) => code);
          const explained = codes.flatMap((code) => KINDS.get(code)?.explains ?? []);
          expect(codes.filter((code) => explained.includes(code))).toEqual([]);
          // Each kind that recognises something is said, or one that explains it is.
          const stack = stackOf(list, final);
          const seen = CAUSES.filter((kind) => kind.detect?.(one, stack) !== undefined).map(({ code }) => code);
          for (const code of seen) {
            const isExplained = seen.some((other) => KINDS.get(other)?.explains?.includes(code) === true);
            expect(codes.includes(code)).toBe(!isExplained);
          }
        }
      }),
    );
  });

  test('the lower level is said: a kill for memory is no crash, and a crash is no failing health check', () => {
    fc.assert(
      fc.property(services, (list) => {
        for (const cause of look(list, true)) {
          const own = list.find(({ service: name }) => name === cause.service)?.tasks ?? [];
          if (own.some(({ container: one }) => one?.oomAtMs !== undefined)) expect(cause.code).not.toBe('crash-loop');
          if (cause.code !== 'healthcheck-failing') continue;
          expect(
            own.some(
              ({ container: one }) =>
                one?.unhealthyAtMs !== undefined && !((one.diedAtMs ?? Infinity) < one.unhealthyAtMs),
            ),
          ).toBe(true);
        }
      }),
    );
  });

  test('a rollback or a pause is never the leading cause where a task of the service shows why', () => {
    fc.assert(
      fc.property(services, (list) => {
        const deployment = deploy(list.map(({ serviceId }) => deployed({ service: serviceId, serviceId })));
        const judged = judge(observation(list), deployment, { settle: false });
        if (judged?.outcome !== 'rolled-back' && judged?.outcome !== 'paused') return;
        for (const one of list.filter((each) => each.update !== undefined)) {
          const codes = judged.causes.filter(({ service: name }) => name === one.service).map(({ code }) => code);
          expect(['rolled-back', 'update-paused']).toContain(codes.at(-1));
          if (one.tasks.some(({ state }) => state === 'failed' || state === 'rejected'))
            expect(codes.length).toBeGreaterThan(1);
        }
      }),
    );
  });

  test('at the end of the time every service that is not ready has a cause, and “unknown” only where there is no other', () => {
    fc.assert(
      fc.property(services, (list) => {
        const causes = judgeTimeout(observation(list), 20_000);
        for (const one of list.filter((each) => !isReady(each))) {
          const codes = causes.filter(({ service: name }) => name === one.service).map(({ code }) => code);
          expect(codes.length).toBeGreaterThan(0);
          if (codes.includes('unknown')) expect(codes).toEqual(['unknown']);
        }
        for (const { code, evidence, service: name } of causes.filter((cause) => cause.code === 'unknown')) {
          const newest = list.find((one) => one.service === name)?.tasks.at(-1);
          if (newest !== undefined && newest.message !== '') expect(evidence.join(), code).toContain(newest.message);
        }
      }),
    );
  });

  test('what came up in the end is no cause, and its failed starts are noted', () => {
    fc.assert(
      fc.property(services, (list) => {
        const healed = list.map((one) => ({
          ...one,
          update: undefined,
          running: 1,
          tasks: [...one.tasks, task({ id: 'holds', atMs: START + 21_000 })],
        }));
        expect(look(healed, false)).toEqual([]);
        expect(judgeTimeout(observation(healed), 20_000)).toEqual([]);
        const ended = healed.filter((one) => one.tasks.some(({ exitCode }) => exitCode !== undefined));
        const noted = new Set(healedNotes(observation(healed)).map((note) => note.split(':')[0]));
        for (const { service: name } of ended) expect(noted).toContain(name);
      }),
    );
  });
});
