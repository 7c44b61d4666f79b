import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import type { Stack } from '../../src/recipe/compose/types.ts';
import type { VersionTag } from '../../src/recipe/types.ts';
import { compareVersions, parseVersion } from '../../src/recipe/version.ts';
import { type BaseQuestion, ofBase, resolveBase } from '../../src/run/plan/base.ts';
import { runDomain } from '../../src/run/plan/names.ts';
import { hostPorts } from '../../src/run/plan/refusals.ts';
import { planTiers, staleExpectations } from '../../src/run/plan/tiers.ts';
import { differs, droppedVolumes } from '../../src/run/tiers/moved.ts';
import { TIERS } from '../../src/run/types.ts';

function tag(text: string, commit = `c-${text}`): VersionTag {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(text);
  return { version, commit, annotated: true };
}

function ask(more: Partial<BaseQuestion>): ReturnType<typeof resolveBase> {
  return resolveBase({ tags: [], headCommit: 'head', headVersion: undefined, ancestors: new Set(), ...more });
}

describe('the base of an upgrade', () => {
  const tags = [tag('1.0.0+1'), tag('1.1.0+1'), tag('2.0.0+2')];

  test('is the newest release older than the head', () => {
    expect(ask({ tags, headVersion: parseVersion('2.1.0+2') })).toMatchObject({ kind: 'base', version: '2.0.0+2' });
    expect(ask({ tags, headVersion: parseVersion('1.5.0+1') })).toMatchObject({ kind: 'base', version: '1.1.0+1' });
  });

  test('steps over a release of the head’s own version (RT-07)', () => {
    expect(ask({ tags, headVersion: parseVersion('2.0.0+2') })).toMatchObject({ kind: 'base', version: '1.1.0+1' });
  });

  test('is none without a release, or with none that is older', () => {
    expect(ask({})).toMatchObject({ kind: 'none' });
    expect(ask({ tags, headVersion: parseVersion('0.9.0+1') })).toMatchObject({ kind: 'none' });
  });

  test('of a head without a version is the newest release in its history', () => {
    const ancestors = new Set(['c-1.0.0+1']);
    expect(ask({ tags, ancestors })).toMatchObject({ kind: 'base', version: '1.0.0+1' });
  });

  test('that cannot be deployed is told apart from the head', () => {
    const error = new CodedError({ code: 'E_COMPOSE_YAML', message: 'not valid YAML', fault: 'recipe' });
    expect(ofBase(error, '1.0.0+1')).toMatchObject({
      code: 'E_COMPOSE_YAML',
      message: 'the base 1.0.0+1 cannot be deployed: not valid YAML',
      hint: expect.stringContaining('--base'),
    });
  });

  test('is never the head and never as new as it', () => {
    const number = fc.integer({ min: 0, max: 3 });
    const text = fc.tuple(number, number, number).map(([a, b, c]) => `${a}.${b}.${c}+x`);
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 8 }), text, (list, head) => {
        const headVersion = parseVersion(head);
        if (headVersion === undefined) throw new Error(head);
        const answer = ask({ tags: list.map((each) => tag(each)), headCommit: `c-${head}`, headVersion });
        if (answer.kind === 'none') {
          for (const each of list) expect(compareVersions(tag(each).version, headVersion)).toBeGreaterThanOrEqual(0);
          return;
        }
        expect(answer.commit).not.toBe(`c-${head}`);
        expect(compareVersions(tag(answer.version).version, headVersion)).toBeLessThan(0);
      }),
    );
  });
});

describe('the tiers of a plan', () => {
  const base = { kind: 'base', version: '1.0.0+1', commit: 'c', reason: 'newest release' } as const;
  const question = { requested: TIERS, base, backup: { capable: true }, testFiles: 1 };
  const run = (changes: Partial<Parameters<typeof planTiers>[0]>) =>
    planTiers({ ...question, ...changes })
      .tiers.filter((tier) => tier.run)
      .map(({ tier }) => tier);

  test('are all of them by default', () => {
    expect(run({})).toEqual(TIERS);
    expect(planTiers(question).partial).toBe(false);
  });

  test('gain what they stand on', () => {
    expect(run({ requested: ['restore'] })).toEqual(['install', 'backup', 'restore']);
    expect(run({ requested: ['lint'] })).toEqual(['lint']);
    expect(planTiers({ ...question, requested: ['lint'] }).partial).toBe(true);
  });

  test('are skipped for a reason of the settings only where there is nothing to exercise', () => {
    const notApplicable = { upgrade: 'never released', backup: 'holds no data', functional: 'a static page only' };
    const nothing = { base: { kind: 'none', reason: 'no release' }, backup: { capable: false }, testFiles: 0 } as const;
    const { tiers } = planTiers({ ...question, ...nothing, notApplicable });
    expect(tiers.filter(({ intentionalSkip }) => intentionalSkip).map(({ tier, reason }) => [tier, reason])).toEqual([
      ['upgrade', 'never released'],
      ['backup', 'holds no data'],
      ['restore', 'holds no data'],
      ['functional', 'a static page only'],
    ]);
    expect(run({ notApplicable })).toEqual(TIERS);
    expect(run({ testFiles: 0, emptyTests: true, notApplicable })).toEqual(TIERS);
    expect(staleExpectations(planTiers({ ...question, notApplicable }).tiers, notApplicable)).toHaveLength(3);
    expect(staleExpectations(tiers, notApplicable)).toEqual([]);
  });

  test('are skipped on purpose only for what the recipe is', () => {
    const { tiers } = planTiers({
      ...question,
      base: { kind: 'none', reason: 'no release' },
      backup: { capable: false },
      testFiles: 0,
    });
    expect(tiers.filter(({ intentionalSkip }) => intentionalSkip).map(({ tier }) => tier)).toEqual([
      'upgrade',
      'backup',
      'restore',
    ]);
    expect(tiers.find(({ tier }) => tier === 'functional')?.run).toBe(true);
    expect(
      planTiers({ ...question, requested: ['install'] }).tiers.some(({ intentionalSkip }) => intentionalSkip),
    ).toBe(false);
  });
});

describe('names and ports', () => {
  const empty: Stack = {
    version: '3.8',
    services: {},
    networks: { proxy: { external: true } },
    volumes: {},
    secrets: {},
    configs: {},
  };

  test('two runs of one recipe get different short domains', () => {
    const one = runDomain('custom-html', '20260101-120000-aaaaaa', 'ci.test');
    const two = runDomain('custom-html', '20260101-120000-aaaaab', 'ci.test');
    expect(one).toMatch(/^cust-[0-9a-f]{6}\.ci\.test$/);
    expect(two).not.toBe(one);
  });

  test('host ports are those that are published', () => {
    const services = {
      a: { ports: [{ target: 1, published: 9000 }] },
      b: { ports: [{ target: 1, published: 80 }, { target: 2 }] },
    };
    expect(hostPorts({ ...empty, services })).toEqual([80, 9000]);
  });
});

describe('whether an upgrade moves anything', () => {
  const stack = (image: string, labels: Record<string, string>, environment: Record<string, string> = {}): Stack => ({
    version: '3.8',
    services: { app: { image, environment, deploy: { labels } } },
    networks: {},
    volumes: {},
    secrets: {},
    configs: {},
  });

  test('what abra writes by itself is no change (RT-01)', () => {
    const base = stack('x:1', { 'coop-cloud.s.version': '1.0.0+1' }, { TYPE: 'x:1.0.0+1' });
    expect(differs(base, stack('x:1', { 'coop-cloud.s.version': '1.1.0+1' }, { TYPE: 'x:1.1.0+1' }))).toBe(false);
    expect(differs(base, stack('x:2', { 'coop-cloud.s.version': '1.1.0+1' }))).toBe(true);
    expect(differs(base, stack('x:1', { 'coop-cloud.s.version': '1.0.0+1', 'traefik.enable': 'true' }))).toBe(true);
  });

  test('a volume counts as dropped when no service mounts it any more', () => {
    const mounting = (source: string): Stack => ({
      ...stack('x:1', {}),
      services: {
        app: {
          image: 'x',
          volumes: [
            { type: 'volume', source, target: '/d' },
            { type: 'bind', source: '/etc', target: '/e' },
          ],
        },
      },
    });
    expect(droppedVolumes(mounting('old'), mounting('new'))).toEqual(['old']);
    expect(droppedVolumes(mounting('old'), mounting('old'))).toEqual([]);
  });
});
