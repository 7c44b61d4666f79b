import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/run/types.ts';
import { TIERS } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { dated, GREEN, greenFacts, planOf, samplePlan } from './support.ts';

describe('the verdict', () => {
  test('is success at level 5 when everything was proven', () => {
    const verdict = judge(samplePlan(), greenFacts());
    expect(verdict).toMatchObject({ verdict: 'success', level: 5, findings: [], fault: undefined });
    expect(verdict.sentence).toBe('sample 1.1.0+2.0 reached level 5');
  });

  test.each(TIERS.filter((tier) => tier !== 'lint'))('is not success when the facts of %s are missing', (tier) => {
    const verdict = judge(samplePlan(), greenFacts({ [tier]: [] }));
    expect(verdict.verdict).not.toBe('success');
    expect(verdict.rungs.find((rung) => rung.tier === tier)?.status).not.toBe('pass');
  });

  test('is never better for having fewer facts', () => {
    const all = greenFacts();
    fc.assert(
      fc.property(fc.subarray(all), (some) => {
        const { level } = judge(samplePlan(), some);
        expect(level).toBeLessThanOrEqual(5);
        const verdict = judge(samplePlan(), some);
        if (verdict.verdict === 'success') {
          for (const rung of verdict.rungs) if (rung.tier !== 'lint') expect(rung.status).toBe('pass');
        }
      }),
    );
  });

  test('does not depend on lint, but level 5 does', () => {
    const [lint] = GREEN.lint;
    if (lint?.fact !== 'lint') throw new Error('the sample has no lint fact');
    const [rule] = lint.results;
    if (rule === undefined) throw new Error('the sample has no rule');
    const verdict = judge(
      samplePlan(),
      greenFacts({
        lint: [
          {
            fact: 'lint',
            results: [{ ...rule, outcome: 'violated', file: 'compose.yml', line: 3, message: 'no app' }],
          },
        ],
      }),
    );
    expect(verdict).toMatchObject({ verdict: 'success', level: 4 });
    expect(verdict.findings.map(({ code }) => code)).toEqual(['R009']);
  });

  test('names the tier that kept others from being reached, and nothing of theirs', () => {
    const verdict = judge(samplePlan(), greenFacts({ upgrade: [], backup: [], restore: [], functional: [] }));
    const rungs = Object.fromEntries(verdict.rungs.map(({ tier, sentence, checks }) => [tier, { sentence, checks }]));
    expect(rungs['upgrade']?.checks).not.toEqual([]);
    for (const tier of ['backup', 'restore', 'functional']) {
      expect(rungs[tier]).toEqual({ sentence: 'not reached: upgrade is unverified', checks: [] });
    }
    expect(verdict.findings.every(({ tier }) => tier === 'upgrade')).toBe(true);
  });

  test('of a tier that was begun shows its own checks, whatever failed before it', () => {
    const [lost] = GREEN.upgrade.filter(({ fact }) => fact === 'canaries');
    if (lost?.fact !== 'canaries') throw new Error('the sample has no canaries after the upgrade');
    const gone = { ...lost, checks: lost.checks.map((check) => ({ ...check, found: false })) };
    const verdict = judge(
      samplePlan(),
      greenFacts({ upgrade: GREEN.upgrade.map((fact) => (fact === lost ? gone : fact)), functional: [] }),
    );
    expect(verdict.rungs.map(({ status }) => status)).toEqual(['pass', 'fail', 'pass', 'pass', 'unver', 'pass']);
    expect(verdict.rungs.find(({ tier }) => tier === 'functional')?.sentence).toBe('not reached: upgrade failed');
  });

  test('tells why an upgrade did not come up, and not what runs instead: that only follows', () => {
    const upgrade = GREEN.upgrade.map((fact): Observation => {
      if (fact.fact === 'moved') {
        return { ...fact, services: fact.services.map((service) => ({ ...service, imageMatches: false })) };
      }
      if (fact.fact !== 'converged') return fact;
      const cause = {
        code: 'crash-loop',
        service: 'app',
        sentence: 'app: the program ended with exit code 3, once',
        fault: 'recipe',
        hint: '',
        evidence: [],
        firstSignal: '2026-01-01T12:00:00.000Z',
      } as const;
      return { ...fact, convergence: { ...fact.convergence, outcome: 'rolled-back', causes: [cause] } };
    });
    const verdict = judge(samplePlan(), greenFacts({ upgrade }));
    expect(verdict.sentence).toContain('upgrade: app: the program ended with exit code 3, once');
    expect(verdict.findings.map(({ code }) => code)).toEqual(['crash-loop']);
  });

  test('of a restore without its data leads with the data, not with the app that misses it', () => {
    const restore = GREEN.restore.map((fact): Observation => {
      if (fact.fact === 'served') return { ...fact, ok: false };
      return fact.fact === 'canaries'
        ? { ...fact, checks: fact.checks.map((check) => ({ ...check, found: false, detail: 'gone' })) }
        : fact;
    });
    const verdict = judge(samplePlan(), greenFacts({ restore }));
    expect(verdict.sentence).toContain('restore: the restore did not bring back data:/.cc-ci-canary-c1: gone');
  });

  test('of a recipe without tests is success at level 3', () => {
    const report = { source: 'none', files: [], cases: [], broken: undefined, ms: 0 } as const;
    const verdict = judge(samplePlan(), greenFacts({ functional: [{ fact: 'tests', report }] }));
    expect(verdict).toMatchObject({ verdict: 'success', level: 3 });
  });

  test('skips intentionally where the plan says so', () => {
    const plan = planOf(['install', 'functional', 'lint'], ['upgrade', 'backup', 'restore']);
    expect(judge(plan, greenFacts({ upgrade: [], backup: [], restore: [] }))).toMatchObject({
      verdict: 'success',
      level: 5,
    });
  });

  test('of a partial run says so and stops at the first tier that was not asked for', () => {
    const verdict = judge(
      planOf(['install', 'lint']),
      greenFacts({ upgrade: [], backup: [], restore: [], functional: [] }),
    );
    expect(verdict).toMatchObject({ verdict: 'success', level: 1 });
    expect(verdict.sentence).toContain('partial');
  });

  test('is cancelled by a signal and an error at the deadline', () => {
    const cut = (by: 'signal' | 'deadline') =>
      judge(samplePlan(), dated([...GREEN.install, { fact: 'interrupted', by, detail: `by ${by}` }, ...GREEN.end]));
    expect(cut('signal').verdict).toBe('cancelled');
    expect(cut('deadline').verdict).toBe('error');
  });

  test('blames nobody for services that the end of the time has not let come up', () => {
    const waiting = { service: 'app', running: 0, desired: 1 };
    const install = GREEN.install.flatMap((fact): Observation[] => {
      if (fact.fact === 'served') return [];
      if (fact.fact !== 'converged') return [fact];
      const services = fact.convergence.services.map((service) => ({ ...service, ...waiting }));
      return [{ ...fact, convergence: { ...fact.convergence, outcome: 'cancelled', services } }];
    });
    const cut: Observation = { fact: 'interrupted', by: 'deadline', detail: 'the run took longer than 6 s' };
    const verdict = judge(samplePlan(), dated([...install, cut, ...GREEN.end]));
    expect(verdict).toMatchObject({ verdict: 'error', fault: 'infrastructure' });
    expect(verdict.findings.map(({ tier, code, fault }) => [tier, code, fault])).toEqual([
      ['install', 'interrupted', 'infrastructure'],
    ]);
  });

  test('counts nothing against a recipe that was seen after the Engine went away', () => {
    const lost: Observation = { fact: 'interrupted', by: 'engine', detail: 'the Engine restarted' };
    const failed: Observation = {
      fact: 'step-failed',
      tier: 'upgrade',
      step: 'update',
      code: 'E_DEPLOY',
      sentence: 'the service crashes',
      fault: 'recipe',
      hint: undefined,
      evidence: [],
    };
    const end: Observation = { fact: 'teardown', removed: 0, residue: ['stack x'], ms: 1, kept: false };
    const after = judge(samplePlan(), dated([...GREEN.install, lost, failed, end]));
    expect(after).toMatchObject({ verdict: 'error', fault: 'infrastructure', residue: ['stack x'] });
    expect(after.sentence).toContain('the Engine restarted');
    const before = judge(samplePlan(), dated([...GREEN.install, failed, lost, end]));
    expect(before).toMatchObject({ verdict: 'failure', fault: 'recipe' });
  });

  test('fails on residue, and names it (RT-25)', () => {
    const verdict = judge(
      samplePlan(),
      greenFacts({ end: [{ fact: 'teardown', removed: 1, residue: ['volume x_data'], ms: 1, kept: false }] }),
    );
    expect(verdict.verdict).toBe('failure');
    expect(verdict.sentence).toContain('volume x_data');
  });

  test('fails when the app was deployed twice', () => {
    const [deployed] = GREEN.install;
    const verdict = judge(
      samplePlan(),
      greenFacts({ install: [...(deployed === undefined ? [] : [deployed]), ...GREEN.install] }),
    );
    expect(verdict.verdict).toBe('failure');
    expect(verdict.sentence).toContain('deployed 2 times');
  });

  test('fails on a secret in an artifact (RT-37)', () => {
    const verdict = judge(
      samplePlan(),
      greenFacts({ end: [...GREEN.end, { fact: 'leak-scan', leaks: ['logs/app.log'] }] }),
    );
    expect(verdict).toMatchObject({ verdict: 'failure', fault: 'cc-ci' });
  });

  test('of an infrastructure failure is an error, never the recipe’s', () => {
    const failed: Observation = {
      fact: 'step-failed',
      tier: 'upgrade',
      step: 'deploy',
      code: 'engine-not-answering',
      sentence: 'the Engine does not answer',
      fault: 'infrastructure',
      hint: undefined,
      evidence: [],
    };
    const tiers = { upgrade: [failed], backup: [], restore: [], functional: [] };
    const verdict = judge(samplePlan(), greenFacts(tiers));
    expect(verdict).toMatchObject({ verdict: 'error', fault: 'infrastructure', level: 1 });
    expect(verdict.findings[0]).toMatchObject({ code: 'engine-not-answering', tier: 'upgrade' });
    // Nor is what could not be removed then our own fault.
    const residue = ['stack st (no Docker Engine answers)'];
    const end: Observation[] = [{ fact: 'teardown', removed: 0, residue, ms: 1, kept: false }];
    const left = judge(samplePlan(), greenFacts({ ...tiers, end }));
    expect(left).toMatchObject({ verdict: 'error', fault: 'infrastructure', residue });
    expect(left.sentence).toContain('upgrade: the Engine does not answer');
    expect(judge(samplePlan(), greenFacts({ end }))).toMatchObject({ verdict: 'failure', fault: 'cc-ci' });
  });
});
