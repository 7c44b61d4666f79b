import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecipeSettings } from '../../src/custom/recipe-settings.ts';
import { addNeeds } from '../../src/run/capacity/need.ts';
import {
  dependencyDomain,
  filledEnv,
  missingValue,
  placeValues,
  plannedEnv,
  secretValues,
} from '../../src/run/deps/wiring.ts';
import { runDomain } from '../../src/run/plan/names.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { dated, greenFacts, samplePlan } from './support.ts';

const wiring = {
  recipe: 'login',
  env: { LOGIN_HOST: 'domain', CLIENT_ID: 'clientId' },
  secrets: { client_secret: 'clientSecret' },
};
const planned = plannedEnv([wiring], () => placeValues('logi-1.ci.test'));

describe('what a dependency gives', () => {
  test('is in the plan where it is known before, and stands open where only the dependency can say it', () => {
    expect(planned['LOGIN_HOST']).toBe('logi-1.ci.test');
    expect(planned['CLIENT_ID']).toContain('clientId');
  });

  test('takes its place once it is known, and nobody else’s', () => {
    const env = { ...planned, TITLE: 'kept' };
    expect(filledEnv(env, wiring, { clientId: 'guestbook' })).toEqual({
      LOGIN_HOST: 'logi-1.ci.test',
      CLIENT_ID: 'guestbook',
      TITLE: 'kept',
    });
  });

  test('does not replace what a person chose for the run', () => {
    const env = { ...planned, CLIENT_ID: 'mine' };
    expect(filledEnv(env, wiring, { clientId: 'theirs' })).toEqual(env);
  });

  test('leaves nothing open when it is whole, whatever the values are', () => {
    const names = fc.constantFrom('clientId', 'url', 'token', 'realm');
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Z]{1,6}$/), names), fc.string(), (env, text) => {
        const own = { recipe: 'login', env, secrets: {} };
        const values = { clientId: text, token: text, realm: text, ...placeValues('a.ci.test') };
        const filled = filledEnv(
          plannedEnv([own], () => placeValues('a.ci.test')),
          own,
          values,
        );
        for (const [key, name] of Object.entries(env)) expect(filled[key]).toBe(values[name as keyof typeof values]);
      }),
    );
  });

  test('is missed by name, in the env and among the secrets', () => {
    const values = placeValues('logi-1.ci.test');
    expect(missingValue(wiring, values)).toBe('clientId');
    expect(missingValue(wiring, { ...values, clientId: 'a' })).toBe('clientSecret');
    expect(missingValue(wiring, { ...values, clientId: 'a', clientSecret: 'b' })).toBeUndefined();
  });

  test('is hidden where it becomes a secret or is named like one, and only there', () => {
    const values = { clientId: 'guestbook', clientSecret: 's1', personPassword: 's2', apiKey: 's3', url: 'https://a' };
    expect(secretValues(wiring, values)).toEqual(['s1', 's2', 's3']);
  });

  test('is hidden where the app’s env calls it a secret, too', () => {
    const own = { env: { SMTP_PASSWORD: 'pw', SMTP_HOST: 'domain' }, secrets: {} };
    expect(secretValues(own, { pw: 's1', domain: 'mail.ci.test' })).toEqual(['s1']);
  });

  test('is not hidden where it is only an address, which the plan shows: that would be taken for a leak', () => {
    const own = { env: { TOKEN_URL: 'url' }, secrets: {} };
    expect(secretValues(own, placeValues('logi-1.ci.test'))).toEqual([]);
  });
});

describe('the domain of a dependency', () => {
  test('is never that of the app, of another dependency or of another run', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(names, fc.uuid(), fc.uuid(), ([one = '', other = ''], run, later) => {
        fc.pre(run !== later);
        const domains = [
          runDomain(one, run, 'ci.test'),
          dependencyDomain(one, run, 'ci.test'),
          dependencyDomain(other, run, 'ci.test'),
          dependencyDomain(one, later, 'ci.test'),
        ];
        expect(new Set(domains).size).toBe(4);
      }),
    );
  });
});

test('a recipe is named once among the dependencies of another', () => {
  const twice = { recipe: 'login', source: '../login' };
  expect(() => RecipeSettings.parse({ dependencies: [twice, twice] })).toThrow('named twice');
});

test('apps side by side need the room of both, and the processes of one run', () => {
  const need = { addresses: 2, memoryBytes: 600 * 1024 ** 2, provenMemoryBytes: 10, memoryFrom: ['app'], diskBytes: 7 };
  expect(addNeeds(need, need)).toEqual({
    addresses: 4,
    memoryBytes: (600 + 600 - 384) * 1024 ** 2,
    provenMemoryBytes: 20,
    memoryFrom: ['app', 'app'],
    diskBytes: 7,
  });
  expect(addNeeds(undefined, need)).toBe(need);
});

describe('the verdict on an app whose dependency was lost', () => {
  const lost = dated([{ fact: 'dependency-lost', recipe: 'login', sentence: 'a task failed' }]);

  test.each([
    ['when all of its tiers had passed', greenFacts()],
    ['when one of them failed', greenFacts({ install: [] })],
  ])('is an error of the infrastructure %s', (_, facts) => {
    expect(judge(samplePlan(), [...facts, ...lost])).toMatchObject({
      verdict: 'error',
      fault: 'infrastructure',
      sentence: expect.stringContaining('login was lost') as string,
    });
  });
});
