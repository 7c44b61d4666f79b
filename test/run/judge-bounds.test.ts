import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { greenFacts, samplePlan } from './support.ts';

const MIB = 1024 ** 2;
const memory: Observation = { fact: 'bound-reached', service: 'app', what: 'memory', limit: 64 * MIB };
const processes: Observation = { fact: 'bound-reached', service: 'app', what: 'pids', limit: 100 };

const failed: Observation = {
  fact: 'converged',
  moment: 'install',
  convergence: {
    outcome: 'failed',
    updates: 'fresh',
    services: [],
    causes: [
      {
        code: 'oom-killed',
        service: 'app',
        sentence: 'app: the container was killed at its memory limit',
        fault: 'recipe',
        hint: 'raise it',
        evidence: [],
        firstSignal: '2026-01-01T12:00:01.000Z',
      },
    ],
    notes: [],
    ms: 1000,
  },
};
const rest = { upgrade: [], backup: [], restore: [], functional: [] };

describe('an app that met a bound of cc-ci', () => {
  test.each([
    [memory, 'app reached cc-ci’s bound of 64.0 MiB of memory', 'memoryMiB'],
    [processes, 'app reached cc-ci’s bound of 100 processes', 'pids'],
  ])('is unverified and not at fault: %#', (bound, sentence, name) => {
    const verdict = judge(samplePlan(), greenFacts({ ...rest, install: [failed, bound] }));
    expect(verdict).toMatchObject({ verdict: 'error', level: 0, fault: 'usage' });
    expect(verdict.sentence).toBe(`sample 1.1.0+2.0: install: ${sentence} (nobody’s fault)`);
    expect(verdict.findings[0]).toMatchObject({
      code: 'bound-reached',
      service: 'app',
      hint: expect.stringContaining(`worker.bounds.${name}`),
    });
    // What was seen of it is still told, and not what the recipe could do about it.
    expect(verdict.findings.filter(({ hint }) => hint === 'raise it')).toEqual([]);
    expect(verdict.findings.map(({ code, fault }) => ({ code, fault }))).toContainEqual({
      code: 'oom-killed',
      fault: 'usage',
    });
  });

  test('is at fault where the limit is its own', () => {
    const verdict = judge(samplePlan(), greenFacts({ ...rest, install: [failed] }));
    expect(verdict).toMatchObject({ verdict: 'failure', fault: 'recipe' });
  });

  test('is as green as it is when it gets by', () => {
    const facts = greenFacts();
    expect(judge(samplePlan(), [...facts, { at: facts[0]?.at ?? '', ...processes }])).toEqual(
      judge(samplePlan(), facts),
    );
  });

  test('never fails less for what no app does', () => {
    const lint = { ...rest, install: [failed, memory], lint: [] };
    expect(judge(samplePlan(), greenFacts(lint)).rungs.at(-1)).toMatchObject({ tier: 'lint', status: 'unver' });
  });
});

test('a run that took more disk than it may is an error of nobody, and says what it took', () => {
  const detail = 'the run holds 11.0 GiB of disk, and may hold 10.0 GiB';
  const verdict = judge(samplePlan(), greenFacts({ ...rest, upgrade: [{ fact: 'interrupted', by: 'bound', detail }] }));
  expect(verdict).toMatchObject({ verdict: 'error', fault: 'usage' });
  expect(verdict.sentence).toContain(detail);
  expect(verdict.findings[0]).toMatchObject({
    code: 'bound-disk',
    fault: 'usage',
    hint: expect.stringContaining('worker.bounds.diskMiB'),
  });
});
