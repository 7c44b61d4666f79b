import { describe, expect, it } from 'vitest';
import { REPORT_CSS } from '../../src/results/report-css.ts';
import { renderHtml } from '../../src/results/report-html.ts';
import type { RunResults } from '../../src/results/schema.ts';
import { greenRun, redRun } from './samples.ts';

const EVIL = '<script>alert(1)</script><img src="https://evil.example/x" onerror=\'alert(2)\'>';

/** The same results with every text that a recipe, a program or a person may have written replaced. */
function poison<T>(value: T): T {
  const walk = (part: unknown, key: string): unknown => {
    if (typeof part === 'string') return KEPT.has(key) ? part : EVIL;
    if (Array.isArray(part)) return part.map((item) => walk(item, key));
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner, name)]));
  };
  return walk(value, '') as T;
}

/** Words of ours, which the schema closes: no one else can write them. */
const KEPT = new Set(
  'tier status outcome verdict fault kind moment pinnedBy severity traefik afterUpgrade inSnapshot afterRestore'.split(
    ' ',
  ),
);

/** Everything between the tags of a page, and the tags themselves. */
function tagsOf(page: string): string[] {
  return (page.match(/<[a-z][^>]*>/gi) ?? []).map((tag) => tag.toLowerCase());
}

describe('renderHtml', () => {
  it('shows what was tested, the level, the verdict and every part of the run', () => {
    const page = renderHtml(greenRun());
    expect(page).toContain('<h1>notebook <span>1.2.0+16.1</span></h1>');
    expect(page).toContain('aria-label="Level 5 of 5"');
    expect(page).toContain('<strong>Success.</strong> notebook installs');
    const headings = [...page.matchAll(/<h2 id="(?<id>[a-z]+)"/g)].map((match) => match[1]);
    expect(headings).toEqual([
      'ladder',
      'facts',
      'time',
      'data',
      'resources',
      'tests',
      'lint',
      'images',
      'environment',
      'artifacts',
    ]);
  });

  it('leads with what went wrong, and opens the checks of that tier', () => {
    const page = renderHtml(redRun());
    expect(page.indexOf('id="findings"')).toBeLessThan(page.indexOf('id="ladder"'));
    expect(page.match(/<details open>/g)).toHaveLength(1);
    expect(page).toContain('app | 2026-11-23 19:45:19 ERROR cannot open');
    expect(page).toContain('<p class="hint">remove the label');
    expect(page).toContain('Fault: the recipe.');
  });

  it('runs nothing and fetches nothing, even where every text is hostile', () => {
    const page = renderHtml(poison<RunResults>(redRun()), { screenshot: Buffer.from('png') });
    const tags = tagsOf(page);
    expect(
      tags.filter((tag) =>
        /^<(?:script|iframe|object|embed|form|link|base)\b|\son\w+=/.test(tag.replace(/"[^"]*"/g, '')),
      ),
    ).toEqual([]);
    const targets = tags.flatMap((tag) =>
      [...tag.matchAll(/\s(?:src|href)="(?<target>[^"]*)"/g)].map((match) => match[1] ?? ''),
    );
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !/^(?:#i-|\.\/|data:image\/png;base64,|results\.json$)/.test(target))).toEqual(
      [],
    );
    expect(page).toContain("default-src 'none'");
    expect(REPORT_CSS).not.toMatch(/@import|url\(|</);
  });

  it('links nowhere but below the directory of the run', () => {
    const names = ['../../etc/passwd', '/etc/passwd', 'javascript:alert(1)', 'logs/a b#c?.log'];
    const page = renderHtml(greenRun({ artifacts: names.map((name) => ({ name, bytes: 1 })) }));
    expect(page).toContain('href="./etc/passwd"');
    expect(page).toContain('href="./javascript%3Aalert(1)"');
    expect(page).toContain('href="./logs/a%20b%23c%3F.log"');
    expect(page).not.toContain('href="./..');
  });

  it('claims that data was deleted only where a restore was looked at', () => {
    const claim = 'All of it was deleted before the restore.';
    const canaries = greenRun().canaries.map((row) => ({ ...row, afterRestore: 'not-checked' as const }));
    expect(renderHtml(greenRun())).toContain(claim);
    expect(renderHtml(greenRun({ canaries }))).not.toContain(claim);
  });

  it('says what limits the level', () => {
    const page = renderHtml(
      greenRun({
        partial: true,
        recipe: { ...greenRun().recipe, dirty: true },
        deploys: { fresh: 2, updates: 1, expectedFresh: 1, expectedUpdates: 1 },
        residue: ['volume notebook_data'],
        flags: { cleanTeardown: false, noSecretLeak: false },
      }),
    );
    expect(page).toContain('does not stand for a full one');
    expect(page).toContain('changes that are in no commit');
    expect(page).toContain('2 fresh deploys and 1 update were made; 1 and 1 were planned.');
    expect(page).toContain('Teardown left behind: volume notebook_data.');
    expect(page).toContain('A secret value is in the artifacts');
    expect(page).toContain('aria-label="No level"');
  });

  it('leaves out what there is nothing to say of', () => {
    const none = { services: [], volumes: [], snapshotBytes: null, restoreMs: null };
    const page = renderHtml(
      greenRun({
        phases: [],
        canaries: [],
        uncovered: [],
        tests: [],
        lint: [],
        images: [],
        notes: [],
        resources: none,
        base: null,
      }),
    );
    const headings = [...page.matchAll(/<h2 id="(?<id>[a-z]+)"/g)].map((match) => match[1]);
    expect(headings).toEqual(['ladder', 'facts', 'environment', 'artifacts']);
    expect(page).toContain('no earlier release');
  });

  it('closes every element it opens', () => {
    const open: string[] = [];
    const body = renderHtml(redRun()).replace(/<style>[^<]*<\/style>/, '');
    for (const match of body.matchAll(/<(?<close>\/?)(?<name>[a-z][a-z0-9]*)\b[^>]*?(?<empty>\/?)>/g)) {
      const { close, name = '', empty } = match.groups ?? {};
      if (empty === '/' || ['meta', 'br', 'img'].includes(name)) continue;
      if (close === '/') expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});
