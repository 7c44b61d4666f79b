import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeParts, judgePulse } from '../../src/web/health.ts';
import type { ShownRequest } from '../../src/web/overview.ts';
import { type PageData, renderPage } from '../../src/web/page.ts';

const NOW = new Date('2026-11-24T02:44:00.000Z');
const request = (more: Partial<ShownRequest> = {}): ShownRequest => ({
  id: 1,
  recipe: 'notebook',
  forge: 'git',
  pullRequest: 7,
  sha: 'a'.repeat(40),
  askedBy: 'ada',
  since: new Date(NOW.getTime() - 65_000),
  runId: '20261124-024400-3f9a1c',
  verdict: null,
  level: null,
  sentence: null,
  ...more,
});
const page = (more: Partial<PageData> = {}, overview: Partial<PageData['overview']> = {}): string =>
  renderPage({
    overview: { running: [], waiting: [], waitingCount: 0, latest: [], ...overview },
    readiness: judgeParts([]),
    problems: [],
    recipes: [],
    version: '0.1.0',
    now: NOW,
    ...more,
  });

describe('the page', () => {
  test('shows what runs with how long it has, and leads to it', () => {
    const shown = page({}, { running: [request()] });
    expect(shown).toContain('1 min 05 s');
    expect(shown).toContain('<a href="/runs/20261124-024400-3f9a1c/">');
  });

  test('tells how many wait beside those that it lists', () => {
    expect(page({}, { waiting: [request()], waitingCount: 12 })).toContain('and 11 more');
  });

  test('shows no level of a run that could not be judged', () => {
    const shown = page({}, { latest: [request({ verdict: 'error', level: 0, sentence: 'no room' })] });
    expect(shown).toContain('<td class="bad">error</td><td>–</td>');
  });

  test('names a recipe that was never run, and one that is not enrolled any more', () => {
    const shown = page({ recipes: ['wiki'] }, { latest: [request({ verdict: 'success', level: 5 })] });
    expect(shown).toContain('not tested yet');
    expect(shown).toContain('(not enrolled any more)');
  });

  test('has no script, and what strangers wrote stays text', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('<script>', '"><img src=x onerror=y>', "'&<"), (text, hostile) => {
        const said = `${text}${hostile}${text}`;
        const shown = page(
          {
            problems: [{ recipe: said, problem: said }],
            readiness: judgeParts([{ name: said, ok: false, detail: said }]),
          },
          {
            waiting: [request({ recipe: said, askedBy: said, forge: said })],
            latest: [request({ sentence: said, verdict: said })],
          },
        );
        expect(shown).not.toMatch(/<script|<img/i);
      }),
    );
  });
});

describe('a loop', () => {
  const pulse = { name: 'forge git', everyMs: 20_000, lastOkMs: NOW.getTime(), problem: undefined };
  const after = (ms: number, more = {}) => judgePulse({ ...pulse, ...more }, NOW.getTime() + ms);

  test('is well while its rounds come in time, also when one of them failed', () => {
    expect(after(20_000).ok).toBe(true);
    expect(after(40_000, { problem: 'the forge answered 500' })).toMatchObject({
      ok: true,
      detail: 'the forge answered 500; worked 40 s ago',
    });
  });

  test('is not when three are missing, or none ever went well', () => {
    expect(after(61_000).ok).toBe(false);
    expect(after(0, { lastOkMs: undefined }).ok).toBe(false);
  });

  test('that is not well makes the server not ready', () => {
    expect(judgeParts([after(0), after(61_000)]).ready).toBe(false);
    expect(judgeParts([after(0)]).ready).toBe(true);
  });
});
