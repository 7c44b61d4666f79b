import { describe, expect, test } from 'vitest';
import { fallenTasks } from '../../src/run/tiers/stayed-up.ts';
import type { Observation } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { GREEN, greenFacts, samplePlan } from './support.ts';

/** Replaces the observation of one kind in a list. */
function replaced(
  list: readonly Observation[],
  kind: Observation['fact'],
  change: (old: Observation) => Observation,
): Observation[] {
  return list.map((observation) => (observation.fact === kind ? change(observation) : observation));
}

function judged(changes: Parameters<typeof greenFacts>[0]) {
  return judge(samplePlan(), greenFacts(changes));
}

describe('what looks green and is not', () => {
  test('an upgrade that changed nothing (RT-01)', () => {
    const verdict = judged({
      upgrade: replaced(GREEN.upgrade, 'moved', (old) => ({ ...old, changed: false }) as unknown as Observation),
    });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 1 });
    expect(verdict.findings[0]?.code).toBe('noop-upgrade');
  });

  test('another image than the head’s (RT-03)', () => {
    const verdict = judged({
      upgrade: replaced(
        GREEN.upgrade,
        'moved',
        (old) =>
          ({
            ...old,
            services: [
              {
                service: 'app',
                expectedImage: 'sample:2',
                runningImage: 'sample:1',
                imageMatches: false,
                labelsMatch: true,
                configsMatch: true,
              },
            ],
          }) as unknown as Observation,
      ),
    });
    expect(verdict.findings[0]).toMatchObject({
      code: 'head-not-reached',
      sentence: 'app runs sample:1 instead of sample:2',
    });
  });

  test('an update that Swarm rolled back (RT-04)', () => {
    const verdict = judged({
      upgrade: replaced(
        GREEN.upgrade,
        'converged',
        (old) =>
          ({
            ...old,
            convergence: { outcome: 'rolled-back', services: [], causes: [], notes: [], ms: 1 },
          }) as unknown as Observation,
      ),
    });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 1 });
    expect(verdict.sentence).toContain('rolled the update back');
  });

  test.each([404, 503])('an answer of the router itself, %i (RT-09)', (status) => {
    const verdict = judged({
      install: replaced(
        GREEN.install,
        'served',
        (old) =>
          ({
            ...old,
            ok: false,
            answers: [{ url: 'https://x/', status, headers: {}, body: '', error: undefined, ms: 1, fromProxy: true }],
          }) as unknown as Observation,
      ),
    });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 0 });
    expect(verdict.findings[0]?.code).toBe('not-routed');
  });

  test('an empty snapshot (RT-15)', () => {
    const verdict = judged({
      backup: replaced(
        GREEN.backup,
        'snapshot',
        (old) =>
          ({
            ...old,
            report: { id: 'x', files: 0, bytes: 0, dumps: [], canaries: [], missingPaths: [], liveCopies: [] },
          }) as unknown as Observation,
      ),
    });
    expect(verdict.findings[0]?.code).toBe('empty-snapshot');
    expect(verdict.level).toBe(2);
  });

  test('a restore after which the data is missing (RT-18, RT-19)', () => {
    const verdict = judged({
      restore: replaced(
        GREEN.restore,
        'canaries',
        (old) => ({ ...old, checks: [{ id: 'c1', found: false, detail: 'no such file' }] }) as unknown as Observation,
      ),
    });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 2 });
    expect(verdict.findings[0]?.code).toBe('restore-lost-data');
  });

  test('a restore of data that was never destroyed', () => {
    const verdict = judged({
      restore: replaced(
        GREEN.restore,
        'destroyed',
        (old) => ({ ...old, checks: [{ id: 'c1', found: true, detail: '' }] }) as unknown as Observation,
      ),
    });
    expect(verdict.verdict).toBe('error');
    expect(verdict.level).toBe(2);
  });

  test('a restore that was expected to bring nothing back', () => {
    const verdict = judged({
      restore: replaced(GREEN.restore, 'restored', (old) => ({ ...old, expected: [] }) as unknown as Observation),
    });
    expect(verdict.rungs.find(({ tier }) => tier === 'restore')?.status).toBe('unver');
  });

  test.each([
    ['no test collected', []],
    ['only skipped tests', [{ name: 'a', file: 'a.test.ts', outcome: 'skipped', detail: undefined, ms: 0 }]],
  ] as const)('%s (RT-22)', (_name, cases) => {
    const verdict = judged({
      functional: replaced(GREEN.functional, 'tests', (old) =>
        old.fact === 'tests' ? { ...old, report: { ...old.report, cases } } : old,
      ),
    });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 3 });
  });

  test('a hook that failed while the snapshot looks fine', () => {
    const verdict = judged({
      backup: [
        {
          fact: 'hooks',
          moment: 'backup',
          hooks: [
            { service: 'db', hook: 'backup-pre', command: '/dump.sh', exitCode: 127, output: 'not found', ms: 3 },
          ],
        },
        ...GREEN.backup,
      ],
    });
    expect(verdict.findings[0]).toMatchObject({ code: 'hook-missing', service: 'db' });
  });

  test('data lost by the upgrade while the app serves', () => {
    const verdict = judged({
      upgrade: replaced(
        GREEN.upgrade,
        'canaries',
        (old) => ({ ...old, checks: [{ id: 'c1', found: false, detail: 'gone' }] }) as unknown as Observation,
      ),
    });
    expect(verdict.findings[0]?.code).toBe('upgrade-lost-data');
  });

  test('a route that an operator’s proxy would drop: the label is the reason, not the answer', () => {
    const reason = 'app: traefik.http.routers.app.rule: column 3: expected `)`';
    const install = replaced(GREEN.install, 'served', (old) =>
      old.fact !== 'served'
        ? old
        : { ...old, ok: false, answers: old.answers.map((answer) => ({ ...answer, status: 404, fromProxy: true })) },
    );
    const verdict = judge(samplePlan({ droppedRoutes: [reason] }), greenFacts({ install }));
    expect(verdict.findings[0]).toMatchObject({
      code: 'not-routed',
      fault: 'recipe',
      sentence: `https://samp-123456.ci.test/ is not routed (404): ${reason}`,
    });
  });
});

describe('a run that was cut short', () => {
  const cutShort = (by: 'signal' | 'deadline', residue: readonly string[]) =>
    judge(
      samplePlan(),
      greenFacts({
        functional: [
          {
            fact: 'tests',
            report: {
              source: 'recipe',
              files: ['a.test.ts'],
              cases: [],
              broken: 'the tests were cancelled',
              brokenFault: 'usage',
              ms: 1,
            },
          },
        ],
        end: [
          { fact: 'interrupted', by, detail: 'the run took longer than 5 s' },
          { fact: 'teardown', removed: 1, residue, ms: 1, kept: false },
        ],
      }),
    );

  test('in its tests says nothing about the recipe', () => {
    const verdict = cutShort('deadline', []);
    expect(verdict).toMatchObject({ verdict: 'error', level: 3 });
    expect(verdict.sentence).toContain('longer than 5 s');
  });

  test('and left something behind fails for that, whoever cut it (RT-25)', () => {
    for (const by of ['signal', 'deadline'] as const) {
      const verdict = cutShort(by, ['volume x_data']);
      expect(verdict.verdict).toBe('failure');
      expect(verdict.sentence).toContain('volume x_data');
    }
  });
});

test('a secret that a service encoded in its log is the recipe’s doing; one that we should have masked is ours', () => {
  const leak = (...leaks: readonly string[]) =>
    judge(samplePlan(), [...greenFacts({}), { at: '2026-01-01T12:01:00.000Z', fact: 'leak-scan', leaks }]);
  expect(leak('logs/app.log: secret 1 (base64)')).toMatchObject({ verdict: 'failure', fault: 'recipe' });
  expect(leak('logs/app.log: secret 1 (plain)')).toMatchObject({ verdict: 'failure', fault: 'cc-ci' });
  expect(leak('logs/app.log: secret 1 (hex)', 'events.ndjson: secret 1 (hex)')).toMatchObject({ fault: 'cc-ci' });
});

describe('an app that does not stay up', () => {
  const fallen = [{ service: 'app', error: 'task: non-zero exit (3)' }];

  test('a service that falls over when nobody waits for it any more', () => {
    const verdict = judged({ end: [{ fact: 'stayed-up', moment: 'restore', fallen }, ...GREEN.end] });
    expect(verdict).toMatchObject({ verdict: 'failure', level: 2 });
    expect(verdict.findings[0]).toMatchObject({ code: 'failed-later', service: 'app' });
  });

  test('only what ended by itself after it was last seen up counts', () => {
    const task = (state: string, at: string) => ({
      ID: state,
      ServiceID: 's',
      CreatedAt: at,
      DesiredState: 'running',
      Spec: {},
      Status: { State: state, Timestamp: at },
    });
    const tasks = [
      task('failed', '2026-01-01T12:00:02Z'),
      task('failed', '2026-01-01T11:59:00Z'),
      task('shutdown', '2026-01-01T12:00:03Z'),
      task('running', '2026-01-01T12:00:03Z'),
    ];
    expect(fallenTasks(tasks, '2026-01-01T12:00:00.000Z').map(({ Status }) => Status.Timestamp)).toEqual([
      '2026-01-01T12:00:02Z',
    ]);
  });
});

describe('data that nobody can vouch for', () => {
  test('data that could carry nothing of ours, so that its loss would not show', () => {
    const verdict = judged({
      install: replaced(
        GREEN.install,
        'planted',
        (old) => ({ ...old, problems: ['cannot plant the postgres canaries: no such role'] }) as unknown as Observation,
      ),
    });
    expect(verdict).toMatchObject({ verdict: 'error', level: 1, fault: 'cc-ci' });
    expect(verdict.findings[0]?.code).toBe('data-unproven');
  });

  test('an upgrade of which nobody knows whether anything was planted', () => {
    const verdict = judged({ install: GREEN.install.filter(({ fact }) => fact !== 'planted') });
    expect(verdict.rungs.find(({ tier }) => tier === 'upgrade')?.status).toBe('unver');
  });
});
