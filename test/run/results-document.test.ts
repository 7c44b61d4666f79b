import { describe, expect, test } from 'vitest';
import { hostBounds } from '../../src/config/bounds.ts';
import { renderHtml } from '../../src/results/report-html.ts';
import { RunResults } from '../../src/results/schema.ts';
import { buildResults } from '../../src/run/results-document.ts';
import type { Fact } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { greenFacts, samplePlan } from './support.ts';

const CLOCK = {
  toolVersion: '0.0.0',
  startedAt: new Date('2026-01-01T12:00:00Z'),
  endedAt: new Date('2026-01-01T12:01:00Z'),
  phases: [],
  node: 'v24',
};

function documentOf(more: readonly Fact[], plan = samplePlan()) {
  const facts = [...greenFacts(), ...more];
  return buildResults(plan, facts, judge(plan, facts), CLOCK);
}

const at = '2026-01-01T12:00:50.000Z';

describe('the results of a run', () => {
  test('do not say that no secret is in them before they were searched (RT-37)', () => {
    expect(documentOf([]).flags.noSecretLeak).toBe(false);
    expect(documentOf([{ at, fact: 'leak-scan', leaks: [] }]).flags.noSecretLeak).toBe(true);
    expect(documentOf([{ at, fact: 'leak-scan', leaks: ['x.log: secret 1 (hex)'] }]).flags.noSecretLeak).toBe(false);
  });

  test('say what the run was bound by, and which bound an app met', () => {
    const bounds = hostBounds();
    const results = documentOf(
      [{ at, fact: 'bound-reached', service: 'app', what: 'pids', limit: 9 }],
      samplePlan({ bounds }),
    );
    expect(RunResults.parse(results).bounds).toEqual(bounds);
    expect(results.notes).toContain('app reached cc-ci’s bound of 9 processes');
    expect(renderHtml(results)).toContain(`pids ${bounds.pids}`);
    expect(documentOf([])).not.toHaveProperty('bounds');
  });

  test('say once what no backup covers', () => {
    const reason = 'the label switches it off';
    const plan = samplePlan({
      backup: { ...samplePlan().backup, uncovered: [{ volume: 'cache', reason }] },
    });
    const data = [`cache:/: ${reason}`, 'redis app:0: no label covers volume other'];
    const results = documentOf([{ at, fact: 'uncovered', data }], plan);
    expect(results.uncovered).toEqual([{ volume: 'cache', reason }]);
    expect(results.notes).toEqual(['no backup covers redis app:0: no label covers volume other']);
  });

  test('are the same whether or not there is a picture (RT-36)', () => {
    const { verdict, level, findings, notes } = documentOf([
      { at, fact: 'screenshot', file: undefined, detail: 'the browser did not start' },
    ]);
    expect({ verdict, level, findings }).toEqual({ verdict: 'success', level: 5, findings: [] });
    expect(notes).toEqual(['no screenshot: the browser did not start']);
  });
});
