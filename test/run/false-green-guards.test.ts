import { describe, expect, test } from 'vitest';
import { driftedImages } from '../../src/run/tiers/stayed-up.ts';
import type { Observation } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { GREEN, greenFacts, samplePlan } from './support.ts';

type Changes = Parameters<typeof greenFacts>[0];
type Of<K extends Observation['fact']> = Extract<Observation, { readonly fact: K }>;

/** The observations of a tier, with those of one kind changed. */
function change<K extends Observation['fact']>(
  list: readonly Observation[],
  kind: K,
  how: (old: Of<K>) => Observation,
): Observation[] {
  return list.map((one) => (one.fact === kind ? how(one as Of<K>) : one));
}

function judged(changes: Changes, plan = samplePlan()) {
  return judge(plan, greenFacts(changes));
}

const answer = (status: number) => ({
  url: 'https://samp-123456.ci.test/',
  status,
  headers: {},
  body: 'hello',
  error: undefined,
  ms: 2,
  fromProxy: false,
});

describe('an answer that proves nothing', () => {
  test('one that was given before the app was deployed (RT-08)', () => {
    const before = (serves: boolean): Observation => ({
      fact: 'asked-before',
      url: 'https://samp-123456.ci.test/',
      answer: answer(serves ? 200 : 404),
      serves,
    });
    expect(judged({ install: [before(false), ...GREEN.install] }).verdict).toBe('success');
    const verdict = judged({ install: [before(true), ...GREEN.install] });
    expect(verdict).toMatchObject({ verdict: 'error', level: 0, fault: 'infrastructure' });
    expect(verdict.findings[0]).toMatchObject({
      code: 'answered-by-another',
      sentence: expect.stringContaining('before the app was deployed'),
    });
  });

  test('one that the app does not give any more at the end of the run', () => {
    const lastAnswer = { url: 'https://samp-123456.ci.test/', ok: false, seen: '500' };
    const verdict = judged({ end: [{ fact: 'stayed-up', moment: 'restore', fallen: [], lastAnswer }, ...GREEN.end] });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 2 });
    expect(verdict.findings[0]).toMatchObject({
      code: 'stopped-serving',
      sentence: 'https://samp-123456.ci.test/ had answered and does not any more: 500',
    });
  });

  test('a port that nobody asked at that moment', () => {
    const plan = samplePlan({ probes: { healthPath: '/', healthOk: [200], tcp: [{ port: 25, stable: 3 }] } });
    const asked = (moment: 'install' | 'upgrade' | 'restore', ok = true): Observation => ({
      fact: 'tcp',
      moment,
      port: 25,
      ok,
      detail: `port 25 ${ok ? 'listens' : 'refuses'}`,
    });
    const all = (restore: readonly Observation[]) =>
      judged(
        {
          install: [...GREEN.install, asked('install')],
          upgrade: [...GREEN.upgrade, asked('upgrade')],
          restore: [...GREEN.restore, ...restore],
        },
        plan,
      );
    expect(all([asked('restore')]).verdict).toBe('success');
    expect(all([])).toMatchObject({ verdict: 'error', level: 2 });
    expect(all([asked('restore', false)])).toMatchObject({ verdict: 'failure', level: 2 });
  });

  test('and an app without an address is not said to serve', () => {
    const mute = { ...samplePlan(), hosts: [] };
    const sentence = judged({}, mute).rungs.find(({ tier }) => tier === 'install')?.sentence;
    expect(sentence).toBe('1.0.0+1.9 installs and runs; it has no address to ask');
  });
});

describe('a backup that proves nothing', () => {
  test('a whole dump that was there before the backup (RT-16)', () => {
    const dump = {
      path: 'db:/backup.sql',
      bytes: 9,
      kind: 'sql',
      parses: false,
      stale: true,
      detail: 'from before',
    } as const;
    const backup = change(GREEN.backup, 'snapshot', (old) => ({
      ...old,
      attempts: 3,
      report: { ...old.report, dumps: [dump] },
    }));
    expect(judged({ backup }).findings[0]).toMatchObject({
      code: 'stale-dump',
      sentence: 'the dump db:/backup.sql is old: from before (after 3 attempts)',
    });
  });

  test('one that leaves out the database', () => {
    const row = 'postgres app.public.cc_ci_canary: the label switches it off';
    const verdict = judged({ backup: [...GREEN.backup, { fact: 'uncovered', data: [row], databases: [row] }] });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 2 });
    expect(verdict.findings[0]).toMatchObject({ code: 'database-not-backed-up', sentence: `no backup holds ${row}` });
  });

  test('a row that was back before its dump was restored', () => {
    const restore = change(GREEN.restore, 'restored', (old) => ({ ...old, early: ['c1'] }));
    const verdict = judged({ restore });
    expect(verdict).toMatchObject({ verdict: 'error', level: 2 });
    expect(verdict.findings[0]?.code).toBe('came-back-by-itself');
  });
});

test('a restore whose services do not come up again is blamed on what kept them down', () => {
  const cause = {
    code: 'host-port-taken',
    service: 'app',
    sentence: 'app: a host port is used by another service of this Swarm',
    fault: 'infrastructure',
    hint: 'find its user',
    evidence: [],
    firstSignal: '2026-01-01T12:00:20.000Z',
  } as const;
  const restore: Observation[] = [
    ...GREEN.restore.filter(({ fact }) => fact === 'destroyed'),
    {
      fact: 'converged',
      moment: 'restore',
      convergence: { outcome: 'failed', services: [], causes: [cause], notes: [], ms: 1, updates: 'fresh' },
    },
    {
      fact: 'step-failed',
      tier: 'restore',
      step: 'restore',
      code: 'E_NOT_READY',
      sentence: 'the services did not come up again',
      fault: 'recipe',
      hint: undefined,
      evidence: [],
    },
  ];
  const verdict = judged({ restore, functional: [] });
  expect(verdict).toMatchObject({ verdict: 'error', fault: 'infrastructure' });
  expect(verdict.findings.map(({ code }) => code)).toEqual(['host-port-taken']);
});

describe('tests that prove nothing', () => {
  const touched = (count: number) =>
    judged({
      functional: change(GREEN.functional, 'tests', (old) => ({ ...old, report: { ...old.report, touched: count } })),
    });

  test('those that never ask the app (RT-22)', () => {
    expect(touched(1).verdict).toBe('success');
    const verdict = touched(0);
    expect(verdict).toMatchObject({ verdict: 'failure', level: 3 });
    expect(verdict.findings[0]).toMatchObject({
      code: 'tests-ask-nothing',
      sentence: '1 test passed without once asking the app',
    });
  });
});

describe('an image that is not what was tested (RT-50)', () => {
  test('leaves what it served unverified', () => {
    const drifted = [{ service: 'app', reference: 'sample:2', pinned: 'sha256:aaaa', running: 'sha256:bbbb' }];
    const verdict = judged({ end: [{ fact: 'stayed-up', moment: 'restore', fallen: [], drifted }, ...GREEN.end] });
    expect(verdict).toMatchObject({ verdict: 'error', fault: 'infrastructure' });
    expect(verdict.findings[0]).toMatchObject({
      code: 'image-moved',
      sentence: 'app runs bbbb, while sample:2 is aaaa',
    });
  });

  test('is found by the ids of containers, not by their names', () => {
    const stack = {
      version: '3.8',
      services: { app: { image: 'x:1' } },
      networks: {},
      volumes: {},
      secrets: {},
      configs: {},
    };
    const container = (Image: string) => ({
      Image,
      Config: { Tty: false, Labels: { 'com.docker.swarm.service.name': 'stack_app' } },
    });
    const pins = [
      { reference: 'x:1', imageId: 'sha256:1', digest: undefined, source: 'local', bytes: 1, pullMs: 0 } as const,
    ];
    const found = driftedImages('stack', stack, [container('sha256:1'), container('sha256:2')], pins);
    expect(found).toEqual([{ service: 'app', reference: 'x:1', pinned: 'sha256:1', running: 'sha256:2' }]);
  });
});

describe('what no tier knows of', () => {
  test('an error outside of all tiers is no success', () => {
    const failed: Observation = {
      fact: 'step-failed',
      tier: undefined,
      step: 'run',
      code: 'E_ENGINE',
      sentence: 'the Engine said no',
      fault: 'infrastructure',
      hint: undefined,
      evidence: [],
    };
    const verdict = judged({ end: [failed, ...GREEN.end] });
    expect(verdict).toMatchObject({ verdict: 'error', fault: 'infrastructure' });
    expect(verdict.sentence).toContain('the Engine said no');
  });

  test('a run of which nobody knows whether it was removed is no success (RT-25)', () => {
    const verdict = judged({ end: [] });
    expect(verdict.verdict).toBe('error');
    expect(verdict.findings.map(({ code }) => code)).toEqual(['not-torn-down']);
  });

  test('residue, leaks and a second deploy are findings with fault and hint', () => {
    const whole = (...end: readonly Observation[]) => judged({ end }).findings;
    const [clean] = GREEN.end;
    if (clean === undefined) throw new Error('the green run has no end');
    expect(whole({ fact: 'teardown', removed: 1, residue: ['volume x_data'], ms: 1, kept: false })).toEqual([
      expect.objectContaining({ code: 'left-behind', fault: 'cc-ci', tier: null, evidence: ['volume x_data'] }),
    ]);
    expect(whole(clean, { fact: 'leak-scan', leaks: ['logs/app.log: secret 1 (hex)'] })).toEqual([
      expect.objectContaining({
        code: 'secret-in-artifact',
        fault: 'recipe',
        hint: expect.stringContaining('publish'),
      }),
    ]);
    expect(whole({ fact: 'deployed', moment: 'upgrade', fresh: true, ms: 1, replaced: [] }, clean)).toEqual([
      expect.objectContaining({ code: 'deploy-count', fault: 'cc-ci' }),
    ]);
  });
});

describe('a run that the deadline cut short', () => {
  const interrupted: Observation = { fact: 'interrupted', by: 'deadline', detail: 'the run took longer than 5 s' };

  test('in a backup hook: the interruption is the reason, and nobody is blamed for what is missing', () => {
    const verdict = judged({ backup: [], restore: [], functional: [], end: [interrupted, ...GREEN.end] });
    expect(verdict).toMatchObject({ verdict: 'error', level: 2, fault: 'infrastructure' });
    expect(verdict.findings).toEqual([
      expect.objectContaining({ code: 'interrupted', tier: 'backup', fault: 'infrastructure' }),
    ]);
    expect(verdict.rungs.map(({ tier, sentence }) => `${tier}: ${sentence}`).slice(2, 5)).toEqual([
      'backup: cut short: the run took longer than 5 s',
      'restore: not reached: the run took longer than 5 s',
      'functional: not reached: the run took longer than 5 s',
    ]);
  });

  test('in its tests: they were cut short, not left out', () => {
    const functional = change(GREEN.functional, 'tests', (old) => ({
      ...old,
      report: { ...old.report, cases: [], broken: 'a.test.ts: it was cut short', brokenFault: 'usage' as const },
    }));
    const { findings } = judged({ functional, end: [interrupted, ...GREEN.end] });
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'tests-cut-short',
        sentence: 'the tests were cut short: the run took longer than 5 s',
        evidence: ['a.test.ts: it was cut short'],
      }),
    ]);
  });
});
