import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROUTE_CAUSES } from '../../src/edge/causes/registry.ts';
import { CAUSES, OTHER_CAUSES } from '../../src/swarm/causes/registry.ts';
import { CANARIES } from '../engine/canaries/all.ts';
import { LIMITS_MS } from '../engine/canaries/canary.ts';

/** Causes that no recipe on a single Engine can be made to show, and where they are proven instead. */
const WITHOUT: Readonly<Record<string, string>> = {
  'image-pull-failed': 'needs a registry that breaks in an unknown way; shown in test/swarm/causes.test.ts',
  'name-too-long':
    'the plan refuses it as E_NAME_TOO_LONG, which has a canary; shown in test/engine/swarm-causes.test.ts',
  'missing-secret': 'a run makes every secret that its services use; shown in test/engine/swarm-causes.test.ts',
};

const CODES = [...CAUSES, ...OTHER_CAUSES, ...ROUTE_CAUSES].map(({ code }) => code);
const led = new Set(CANARIES.flatMap(({ code, others = [] }) => [code, ...others]));

describe('every cause has a canary', () => {
  test.each(CODES)('%s', (code) => {
    expect(led.has(code) || WITHOUT[code] !== undefined).toBe(true);
  });

  test('and a reason is given only for a cause that there is and that has none', () => {
    for (const code of Object.keys(WITHOUT)) {
      expect(CODES).toContain(code);
      expect(led).not.toContain(code);
    }
  });
});

test('two canaries never have the same title', () => {
  expect(new Set(CANARIES.map(({ title }) => title)).size).toBe(CANARIES.length);
});

test('what only asking can show takes its 15 s, everything else 3 s or 6 s', () => {
  expect(LIMITS_MS).toEqual({ swarm: 3000, new: 6000, route: 15_000 });
  const route = new Set(ROUTE_CAUSES.map(({ code }) => code));
  for (const { code, kind } of CANARIES) if (route.has(code)) expect(kind).toBe('route');
});

test('the page of times has a row for every canary, and none that missed its limit (`npm run causes` writes it)', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/cause-times.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const shown = rows.map((row) => row.split(' | ').slice(0, 2).join(' ').replace('| ', ''));
  expect(shown.toSorted()).toEqual(CANARIES.map(({ code, title }) => `\`${code}\` ${title}`).toSorted());
  expect(rows.filter((row) => row.includes('missed'))).toEqual([]);
});
