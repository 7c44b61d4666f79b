import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { appDomain } from '../../src/queue/app-domain.ts';
import { checkDomain } from '../../src/run/plan/names.ts';

const recipe = fc.stringMatching(/^[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?$/);
const number = fc.integer({ min: 1, max: 99_999 });

test('says which recipe and which pull request it is of', () => {
  expect(appDomain('notebook', 12, 'ci.example.org')).toBe('notebook-pr12.ci.example.org');
});

test('is a domain with a label short enough for names in the Swarm, whatever the recipe is called', () => {
  fc.assert(
    fc.property(recipe, number, (name, pull) => {
      const domain = appDomain(name, pull, 'ci.test');
      expect(checkDomain(domain)).toBe(domain);
      expect(domain.replace('.ci.test', '').length).toBeLessThanOrEqual(20);
    }),
  );
});

test('is another one for another recipe, also where only what was cut off tells them apart', () => {
  const names = ['a-name-that-is-far-too-long-one', 'a-name-that-is-far-too-long-two', 'my_app', 'my-app'];
  expect(new Set(names.map((name) => appDomain(name, 3, 'ci.test'))).size).toBe(names.length);
});
