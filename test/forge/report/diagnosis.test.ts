import { describe, expect, test } from 'vitest';
import { renderDiagnosis } from '../../../src/forge/report/diagnosis.ts';
import type { DiagnosisView, RepeatView } from '../../../src/forge/report/types.ts';

const repeat = (more: Partial<RepeatView> = {}): RepeatView => ({
  subject: 'head',
  sha: 'a'.repeat(40),
  state: 'done',
  verdict: 'failure',
  sentence: 'it does not start',
  link: 'https://ci.test/runs/r2/',
  ...more,
});
const view = (more: Partial<DiagnosisView> = {}): DiagnosisView => ({
  goesOn: false,
  conclusion: undefined,
  evidence: [],
  repeats: [repeat()],
  ...more,
});

describe('whose fault it is', () => {
  test.each<[string, DiagnosisView['conclusion'], RegExp]>([
    ['the change', { kind: 'change' }, /^\*\*This change broke it\*\*/],
    ['the base', { kind: 'base', newly: [] }, /^\*\*Already broken on the base\*\*: .*in the same place\.$/m],
    [
      'the base, and more with the change',
      { kind: 'base', newly: ['backup'] },
      /Only with the change fails backup\.$/m,
    ],
    ['the infrastructure', { kind: 'infrastructure', at: 0 }, /^\*\*Infrastructure\*\*/],
    ['flaky', { kind: 'flaky', red: 2, runs: 3 }, /^\*\*Flaky \(2 of 3\)\*\*: .* in 2 of 3 runs\.$/m],
    ['open', { kind: 'unclear', why: 'elsewhere' }, /^\*\*Not found out\*\* .*in another place\.$/m],
  ])('is told: %s', (_what, conclusion, expected) => {
    expect(renderDiagnosis(view({ conclusion }))).toMatch(expected);
  });

  test('is told with the runs that show it', () => {
    const base = repeat({ subject: 'base', sha: 'b'.repeat(40), verdict: 'success', link: undefined });
    expect(renderDiagnosis(view({ conclusion: { kind: 'change' }, repeats: [repeat(), base] }))).toContain(
      '- the same commit again: [failure](https://ci.test/runs/r2/)\n- the base, `bbbbbbbbbbbb`: success',
    );
  });

  test('is told with what shows a fault of infrastructure, and nothing in it becomes markup', () => {
    const said = renderDiagnosis(
      view({
        conclusion: { kind: 'infrastructure', at: 0 },
        evidence: ['dial unix: refused', '```'],
        repeats: [repeat({ verdict: 'error', sentence: 'the Engine *is* gone @ada' })],
      }),
    );
    expect(said).toMatch(/\[error\]\(\S+\): the Engine \\\*is\\\* gone @\u2060ada$/m);
    expect(said).toMatch(/````text\ndial unix: refused\n```\n````$/);
  });

  test('is still looked for while something waits or runs', () => {
    const waits = repeat({ state: 'queued', verdict: undefined, link: undefined });
    expect(renderDiagnosis(view({ goesOn: true, repeats: [waits] }))).toMatch(
      /nothing else beside it:\n\n- .*: waits$/,
    );
  });
});
