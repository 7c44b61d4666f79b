import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../../src/forge/report/render.ts';
import type { ReportView, RequestView } from '../../../src/forge/report/types.ts';
import { renderWhy } from '../../../src/forge/report/why.ts';
import { redRun } from '../../results/samples.ts';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const request = (more: Partial<RequestView> = {}): RequestView => ({
  sha: SHA,
  state: 'queued',
  partial: false,
  askedBy: 'ada',
  attempts: 0,
  cancelAsked: false,
  heldBy: undefined,
  findings: [],
  runId: undefined,
  verdict: undefined,
  level: undefined,
  sentence: undefined,
  ...more,
});
const view = (more: Partial<RequestView> = {}, around: Partial<ReportView> = {}): ReportView => ({
  request: request(more),
  ahead: 0,
  results: undefined,
  stillOpen: [],
  previous: undefined,
  linkOf: (runId) => `https://ci.test/runs/${runId}/`,
  ...around,
});
const done = (verdict: string, more: Partial<RequestView> = {}): Partial<RequestView> => ({
  state: 'done',
  verdict,
  level: 3,
  sentence: 'it serves',
  runId: 'r1',
  ...more,
});

describe('the report', () => {
  test.each<[string, ReportView, RegExp]>([
    ['its place in the queue', view({}, { ahead: 2 }), /^\*\*Queued\*\*: `0123456789ab`, number 3 in the queue\.$/],
    ['that its worker was lost', view({ attempts: 1 }), /next in the queue\. Its worker was lost/],
    [
      'that it runs',
      view({ state: 'running', runId: 'r1' }),
      /^\*\*Running\*\*[\s\S]*\[run\]\(https:\/\/ci\.test\/runs\/r1\/\)/,
    ],
    ['that it is being ended', view({ state: 'running', cancelAsked: true }), /^\*\*Ending\*\*/],
    ['that it was cancelled', view({ state: 'cancelled' }), /^\*\*Cancelled\*\*/],
    ['that another took its place', view({ state: 'superseded' }), /^\*\*Not run\*\*/],
    ['who holds it', view({ state: 'held', heldBy: 'ada' }), /^\*\*Held\*\* by ada/],
    ['a success', view(done('success')), /badge\.svg.*\*\*Success\*\*, level 3 of 5: [\s\S]*it serves/],
    ['an error, and no level', view(done('error')), /\*\*Error\*\*: `0123456789ab`\./],
    ['that it was partial, and no level', view(done('success', { partial: true })), /\*\*Success\*\*: .*\*Partial\*/],
    [
      'what was before',
      view({}, { previous: request(done('failure', { sha: 'f'.repeat(40), level: 1 })) }),
      /Before, `ffffffffffff`: \[failure, level 1\]\(https:\/\/ci\.test\/runs\/r1\/\)\./,
    ],
    [
      'what still runs',
      view({}, { stillOpen: [request({ sha: 'f'.repeat(40), state: 'running' })] }),
      /Still running: `ffffffffffff`, asked for before\.$/,
    ],
    [
      'what still waits behind a partial one',
      view({ partial: true }, { stillOpen: [request()] }),
      /\*Partial\*[\s\S]*Still queued: `0123456789ab`/,
    ],
    [
      'why it waits again',
      view({ attempts: 1, sentence: 'cannot fetch it' }),
      /next in the queue\. It is tried again: cannot fetch it$/,
    ],
    [
      'which labels no worker has',
      view({}, { missingLabels: ['gpu', 'arm'] }),
      /It waits for a worker with the labels `gpu`, `arm`; none that lives has them\.$/,
    ],
  ])('tells %s', (_what, given, expected) => {
    expect(renderReport(given)).toMatch(expected);
  });

  test('lists what needs approval, where it stands, and the command for exactly that commit', () => {
    const finding = {
      id: 'x',
      file: 'compose.yml',
      line: 4,
      service: 'app',
      key: 'k',
      sentence: 'app runs privileged',
    };
    expect(renderReport(view({ state: 'held', findings: [finding] }))).toBe(
      [
        '**Needs approval**: `0123456789ab`. Nothing of it has run. It reaches beyond its own stack, or may:',
        '- app runs privileged (compose.yml, line 4)',
        `\`!testme approve 0123456789ab\` by somebody trusted allows exactly this commit, \`${SHA}\`.`,
      ].join('\n\n'),
    );
  });

  test('has a row for each tier, the cause and its lines', () => {
    const results = redRun();
    const text = renderReport(view(done('failure'), { results }));
    for (const { tier } of results.rungs) expect(text).toContain(`| ${tier} | `);
    expect(text).toMatch(/```text\n[\s\S]+\n```/);
    expect(renderWhy({ sha: SHA, verdict: 'failure', sentence: 'x', results, link: undefined })).toContain(
      `\`${results.findings[0]?.code}\``,
    );
    expect(renderWhy(undefined)).toBe('No run of this pull request has ended yet.');
  });

  test('stays short, and one comment of HTML, whatever a recipe says', () => {
    const text = fc.oneof(
      fc.constantFrom('<!-- cc-ci:report -->', '@all'),
      fc.string({ unit: 'binary', maxLength: 3000 }),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), text, (sentences, word) => {
        const findings = sentences.map((sentence) => ({
          id: 'x',
          file: word,
          line: 1,
          service: undefined,
          key: 'k',
          sentence,
        }));
        for (const given of [view({ state: 'held', findings }), view(done('failure', { sentence: word }))]) {
          const said = renderReport(given);
          expect(said.length).toBeLessThan(31_000);
          expect(said).not.toMatch(/<!--|@(?!\u2060)/);
        }
      }),
      { numRuns: 30 },
    );
  });
});
