import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../src/results/schema.ts';
import { explainRun } from '../../src/run/explain/explain.ts';
import { sentenceOf } from '../../src/run/explain/fact-sentence.ts';
import { printExplanation } from '../../src/run/explain/print.ts';
import { buildResults } from '../../src/run/results-document.ts';
import { type Fact, type Plan, TIERS } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { dated, GREEN, greenFacts, planOf, samplePlan } from './support.ts';

const clock = { toolVersion: '0', startedAt: new Date(0), endedAt: new Date(0), phases: [], node: 'v24' };

function resultsOf(plan: Plan, facts: readonly Fact[]) {
  return buildResults(plan, facts, judge(plan, facts), clock);
}

function explained(facts: readonly Fact[], only?: Tier, width = 100): string {
  const plan = samplePlan();
  return printExplanation(explainRun({ plan, facts, results: resultsOf(plan, facts) }, only), width);
}

/** An upgrade whose data was lost: everything after it was not reached. */
const red = greenFacts({
  upgrade: GREEN.upgrade.map((fact) =>
    fact.fact === 'canaries' ? { ...fact, checks: [{ id: 'c1', found: false, detail: 'no such file' }] } : fact,
  ),
  backup: [],
  restore: [],
  functional: [],
});

describe('the explanation of a run', () => {
  it('goes from what was seen to the level of a green run', () => {
    const text = explained(greenFacts());
    expect(text).toContain('install: passed\n  Planned: asked for.\n');
    expect(text).toContain('+0.0 s  the stack was deployed from nothing in 50 ms; the Engine starts tasks of app');
    expect(text).toContain('The ladder: level 5');
    expect(text).toContain('The verdict: success');
    expect(text).toContain('Judged anew from plan and facts: the same as was published.');
  });

  it('names what ended the climb of a red run, with its evidence and what was not reached', () => {
    const text = explained(red);
    expect(text).toContain('the canaries were looked for after the upgrade: 0 of 1 found');
    expect(text).toContain('failed     data survived: the upgrade lost data:/.cc-ci-canary-c1: no such file');
    expect(text).toMatch(/backup: unverified\n {2}Planned: asked for\.\n {2}Nothing was observed\./);
    expect(text).toMatch(
      /level 1 {2}install passed.*\n {4}level 2 {2}the climb ends here: upgrade failed, the upgrade/,
    );
    expect(text).not.toContain('level 3  ');
  });

  it('of a partial run names once what nobody asked for', () => {
    const plan = planOf(['install', 'lint']);
    const text = printExplanation(explainRun({ plan, facts: greenFacts(), results: undefined }), 100);
    expect(text).toContain('Not asked for\n  upgrade, backup, restore, functional: unverified, as in any partial run.');
    expect(text.match(/not asked for/gi)).toHaveLength(1);
  });

  it('of a cancelled run says by what, and asks nobody to act', () => {
    const text = explained(
      dated([...GREEN.install, { fact: 'interrupted', by: 'signal', detail: 'by SIGINT' }, ...GREEN.end]),
    );
    expect(text).toMatch(/The verdict: cancelled\n {2}sample .*: cancelled, by SIGINT\.\n {2}Judged anew/);
  });

  it('says so where what was published does not follow from the facts', () => {
    const plan = samplePlan();
    const forged = { ...resultsOf(plan, red), verdict: 'success' as const, level: 4 };
    const explanation = explainRun({ plan, facts: red, results: forged });
    expect(explanation.disagreements).toStrictEqual([
      'verdict was published as success and is failure',
      'level was published as 4 and is 1',
    ]);
    expect(printExplanation(explanation, 100)).toContain('this is not what was published');
  });

  it('explains a run that was killed before its end by what it saw until then', () => {
    const facts = dated(GREEN.install);
    const explanation = explainRun({ plan: samplePlan(), facts, results: undefined });
    expect(printExplanation(explanation, 200)).toContain('No verdict was published');
    expect(explanation.verdict.level).toBe(1);
  });

  it('can be asked about one tier', () => {
    const text = explained(red, 'upgrade');
    expect(text).toContain('upgrade: failed');
    expect(text).not.toContain('install: passed');
  });

  it('lets no terminal sequence of an app out, and keeps to the width', () => {
    const facts = greenFacts({ end: [{ fact: 'note', sentence: `bad \u001b[2J${'words '.repeat(40)}` }] });
    const text = explained(facts, undefined, 60);
    expect(text).not.toContain('\u001b');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('always comes to the level and verdict of the judge, whichever facts are missing', () => {
    const all = greenFacts();
    const tiers = samplePlan().tiers;
    fc.assert(
      fc.property(fc.subarray(all), fc.subarray([...TIERS]), (facts, run) => {
        const plan = samplePlan({ tiers: tiers.map((tier) => ({ ...tier, run: run.includes(tier.tier) })) });
        const explanation = explainRun({ plan, facts, results: resultsOf(plan, facts) });
        const { verdict, level } = judge(plan, facts);
        expect(explanation.verdict).toMatchObject({ verdict, level });
        expect(explanation.disagreements).toStrictEqual([]);
        const text = printExplanation(explanation, 80);
        expect(text).toContain(`The ladder: level ${level}\n`);
        expect(text).toContain(`The verdict: ${verdict}\n`);
      }),
    );
  });

  it('has a sentence for every fact of a run', () => {
    for (const fact of [...greenFacts(), ...red]) expect(sentenceOf(fact)).toMatch(/\w.*[^.]$/);
  });
});
