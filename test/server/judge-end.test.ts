import { describe, expect, test } from 'vitest';
import type { ChildEnd } from '../../src/server/worker/child.ts';
import { type Ending, judgeEnd } from '../../src/server/worker/judge-end.ts';

type Results = NonNullable<Ending['results']>;
const END: ChildEnd = { exitCode: 0, stdout: '', lastWords: '', killed: false };
const GREEN: Results = { verdict: 'success', level: 5, sentence: 'all is well', fault: null, rungs: [] };
const BROKEN: Results = { verdict: 'error', level: 0, sentence: 'no Engine', fault: 'infrastructure', rungs: [] };
const CANCELLED: Results = { verdict: 'cancelled', level: 0, sentence: 'by SIGTERM', fault: null, rungs: [] };
const judge = (ending: Partial<Ending>) =>
  judgeEnd({ runId: 'r', attempt: 1, end: END, results: undefined, stopped: undefined, subject: undefined, ...ending });

describe('what becomes of a request', () => {
  test('a verdict counts, however the process ended and whatever was asked meanwhile', () => {
    for (const stopped of [undefined, 'cancel', 'hand-back'] as const) {
      const next = judge({ results: GREEN, stopped, end: { ...END, exitCode: undefined } });
      expect(next).toMatchObject({ next: 'finish', outcome: { verdict: 'success', level: 5, runId: 'r' } });
    }
  });

  test('what was lost is somebody else’s, even with a verdict', () => {
    expect(judge({ results: GREEN, stopped: 'lost' })).toEqual({ next: 'drop' });
  });

  test('a cancelled one ends, one that is handed back waits again and was no attempt', () => {
    expect(judge({ results: CANCELLED, stopped: 'cancel' })).toMatchObject({ outcome: { verdict: 'cancelled' } });
    expect(judge({ stopped: 'cancel' })).toMatchObject({ outcome: { verdict: 'cancelled', runId: undefined } });
    expect(judge({ results: CANCELLED, stopped: 'hand-back' })).toMatchObject({ next: 'put-back', counts: false });
  });

  test('a run that somebody else ended, that died, or that infrastructure broke is tried again, with longer pauses', () => {
    for (const results of [CANCELLED, BROKEN, undefined]) {
      const end = { ...END, exitCode: results === undefined ? undefined : 3 };
      expect(judge({ results, end })).toMatchObject({ next: 'put-back', counts: true, pauseSeconds: 30 });
      expect(judge({ results, end, attempt: 2 })).toMatchObject({ next: 'put-back', pauseSeconds: 120 });
      expect(judge({ results, end, attempt: 3 })).toMatchObject({ next: 'finish', outcome: { verdict: 'error' } });
    }
  });

  test('a run that met a bound of its host is not tried again: the bound holds then, too', () => {
    const results: Results = { ...BROKEN, sentence: 'app reached cc-ci’s bound', fault: 'usage' };
    expect(judge({ results, end: { ...END, exitCode: 3 } })).toMatchObject({
      next: 'finish',
      outcome: { verdict: 'error', fault: 'usage', runId: 'r' },
    });
  });

  test('a refusal is told in its own words, by whose fault it is', () => {
    const lastWords = 'progress\ncc-ci: compose.yml:3: no such key [E_COMPOSE]\n  → take it out\n';
    const sentence = 'compose.yml:3: no such key [E_COMPOSE]';
    const refused = (exitCode: number) => judge({ end: { ...END, exitCode, lastWords } });
    expect(refused(1)).toMatchObject({ outcome: { verdict: 'failure', sentence, runId: undefined } });
    expect(refused(2)).toMatchObject({ outcome: { verdict: 'error', sentence } });
    expect(refused(3)).toMatchObject({ next: 'put-back', why: sentence });
  });

  test('what needs approval is held with what was found; words that are no list are no approval', () => {
    const finding = { id: 'tests', file: 'tests', key: 'tests', sentence: 'new programs' };
    const end = { ...END, exitCode: 5, stdout: JSON.stringify({ findings: [finding] }) };
    expect(judge({ end })).toMatchObject({ next: 'hold', findings: [finding] });
    expect(judge({ end: { ...end, stdout: '{}' } })).toMatchObject({ next: 'put-back' });
    // A repeat, of which nobody is asked.
    expect(judge({ end, subject: 'base' })).toMatchObject({ next: 'finish', outcome: { verdict: 'error' } });
  });
});
