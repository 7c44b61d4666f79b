import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ROUTE_CAUSES } from '../../src/edge/causes/registry.ts';
import { CAUSES, OTHER_CAUSES } from '../../src/swarm/causes/registry.ts';
import { CAUSES_PAGE, renderCausesPage } from '../../tools/causes-page.ts';

test('docs/causes.md is what the causes say of themselves (`npm run docs` writes it)', async () => {
  expect(await readFile(CAUSES_PAGE, 'utf8')).toBe(renderCausesPage());
});

test('each code stands for one cause only', () => {
  const codes = [...CAUSES, ...ROUTE_CAUSES, ...OTHER_CAUSES].map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
