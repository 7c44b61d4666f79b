import type { Phase, Rung, RunResults, Tier } from '../../src/results/schema.ts';

const LEVELS: Readonly<Record<Tier, number>> = {
  install: 1,
  upgrade: 2,
  backup: 3,
  restore: 3,
  functional: 4,
  lint: 5,
};

/** A rung that passed, with one check; any part of it may be given. */
export function rung(tier: Tier, parts: Partial<Rung> = {}): Rung {
  return {
    tier,
    level: LEVELS[tier],
    status: 'pass',
    sentence: `${tier} is proven`,
    ms: 1200,
    checks: [{ name: 'one check', outcome: 'pass', sentence: 'it held', evidence: [] }],
    ...parts,
  };
}

function phase(name: string, tier: Tier | null, start: number, end: number, lane = 0): Phase {
  return { name, tier, lane, startMs: start * 1000, endMs: end * 1000 };
}

const RUNGS: readonly Rung[] = [
  rung('install', {
    sentence: '3 services converged in 3.4 s; https://notebook-3f9a1c.ci.test/ answered 200',
    ms: 4210,
    checks: [
      { name: 'converged', outcome: 'pass', sentence: 'app 1/1, db 1/1, cache 1/1, all healthy', evidence: [] },
      {
        name: 'serves',
        outcome: 'pass',
        sentence: 'GET / answered 200 in 14 ms',
        evidence: ['HTTP/1.1 200 OK', 'content-type: text/html; charset=utf-8', '<title>Notebook</title>'],
      },
    ],
  }),
  rung('upgrade', { sentence: '1.1.0+15.3 moved to the tested commit; 5 of 5 canaries still there', ms: 6120 }),
  rung('backup', { sentence: 'the snapshot holds 1 dump and 2 volumes; every covered canary is in it', ms: 2380 }),
  rung('restore', { sentence: 'everything was deleted and came back: 5 of 5 canaries', ms: 5240 }),
  rung('functional', { sentence: '3 tests passed', ms: 2970 }),
  rung('lint', { sentence: 'no errors, 1 warning', ms: 90, checks: [] }),
];

/** A green run of all tiers at level 5; any part of it may be given. */
export function greenRun(parts: Partial<RunResults> = {}): RunResults {
  return {
    schema: 1,
    tool: { name: 'cc-ci', version: '0.1.0' },
    runId: '20261123-194501-3f9a1c',
    startedAt: '2026-11-23T19:45:01.114Z',
    endedAt: '2026-11-23T19:45:25.520Z',
    ms: 24_406,
    recipe: {
      name: 'notebook',
      source: 'https://git.example.org/recipes/notebook',
      ref: 'refs/pull/12/head',
      commit: '5d1f0c7be92aa31c04e8a1d8c2f73b8d6a90e4f1',
      dirty: false,
      version: '1.2.0+16.1',
    },
    base: {
      version: '1.1.0+15.3',
      commit: 'c04e8a1d8c2f73b8d6a90e4f15d1f0c7be92aa31',
      reason: 'newest release before it',
    },
    verdict: 'success',
    level: 5,
    sentence: 'notebook installs, upgrades from 1.1.0+15.3, comes back from its own backup, works and keeps the rules.',
    fault: null,
    partial: false,
    rungs: [...RUNGS],
    findings: [],
    notes: ['cache: one failed start before the database answered; it healed by itself'],
    domain: 'notebook-3f9a1c.ci.test',
    stackName: 'notebook_3f9a1c',
    images: [
      {
        service: 'app',
        moment: 'base',
        reference: 'notebook:1.1',
        pin: `sha256:${'4e'.repeat(32)}`,
        pinnedBy: 'local-id',
      },
      {
        service: 'app',
        moment: 'head',
        reference: 'notebook:1.2',
        pin: `sha256:${'a7'.repeat(32)}`,
        pinnedBy: 'local-id',
      },
      {
        service: 'db',
        moment: 'head',
        reference: 'postgres:16.1',
        pin: `sha256:${'0c'.repeat(32)}`,
        pinnedBy: 'digest',
      },
    ],
    deploys: { fresh: 1, updates: 1, expectedFresh: 1, expectedUpdates: 1 },
    residue: [],
    canaries: [
      {
        kind: 'file',
        service: 'app',
        where: 'uploads:/.cc-ci-canary-3f9a1c',
        afterUpgrade: 'found',
        inSnapshot: 'found',
        afterRestore: 'found',
      },
      {
        kind: 'postgres',
        service: 'db',
        where: 'notebook.public.cc_ci_canary',
        afterUpgrade: 'found',
        inSnapshot: 'found',
        afterRestore: 'found',
      },
      {
        kind: 'redis',
        service: 'cache',
        where: 'cc-ci-canary-3f9a1c',
        afterUpgrade: 'found',
        inSnapshot: 'not-expected',
        afterRestore: 'not-expected',
      },
    ],
    uncovered: [{ volume: 'cache', reason: 'no backupbot label covers it' }],
    lint: [
      {
        id: 'R005',
        severity: 'warn',
        title: 'every service has a healthcheck',
        outcome: 'violated',
        file: 'compose.yml',
        line: 41,
        message: 'service cache has no healthcheck',
        hint: 'add a healthcheck so that Swarm knows when it serves',
      },
      {
        id: 'R011',
        severity: 'error',
        title: 'every service has an image',
        outcome: 'satisfied',
        file: null,
        line: null,
        message: '',
        hint: '',
      },
      {
        id: 'R014',
        severity: 'error',
        title: 'only annotated tags are used',
        outcome: 'skipped',
        file: null,
        line: null,
        message: 'no tags',
        hint: '',
      },
    ],
    tests: [
      { name: 'a note survives a reload', file: 'tests/notes.test.ts', outcome: 'passed', detail: null, ms: 1240 },
      { name: 'search finds a note', file: 'tests/notes.test.ts', outcome: 'passed', detail: null, ms: 310 },
      { name: 'health endpoint answers', file: 'tests/health.tap', outcome: 'passed', detail: null, ms: 90 },
    ],
    phases: [
      phase('read recipe', null, 0, 0.4),
      phase('images', null, 0.4, 0.9),
      phase('lint', 'lint', 0.4, 0.49, 1),
      phase('deploy base', 'install', 0.9, 1.6),
      phase('converge', 'install', 1.6, 4.3),
      phase('prepare repository', 'backup', 1.6, 1.75, 1),
      phase('probe', 'install', 4.3, 4.5),
      phase('screenshot', null, 4.5, 5.9, 1),
      phase('plant canaries', 'upgrade', 4.5, 4.9),
      phase('update to head', 'upgrade', 4.9, 9.8),
      phase('check canaries', 'upgrade', 9.8, 10.2),
      phase('functional tests', 'functional', 10.2, 13.2),
      phase('hooks and snapshot', 'backup', 13.2, 14.9),
      phase('inspect', 'backup', 14.9, 15.5),
      phase('destroy data', 'restore', 15.5, 16.3),
      phase('restore volumes', 'restore', 16.3, 17.1),
      phase('scale up', 'restore', 17.1, 20.1),
      phase('check canaries', 'restore', 20.1, 20.5),
      phase('teardown', null, 20.5, 23.6),
      phase('inventory', null, 23.6, 24.0),
    ],
    resources: {
      services: [
        { service: 'app', peakMemoryBytes: 68_300_000, cpuSeconds: 1.9, imageBytes: 141_000_000, readyMs: 3400 },
        { service: 'db', peakMemoryBytes: 92_100_000, cpuSeconds: 1.1, imageBytes: 218_000_000, readyMs: 2100 },
        { service: 'cache', peakMemoryBytes: 9_800_000, cpuSeconds: 0.2, imageBytes: 96_000_000, readyMs: null },
      ],
      volumes: [
        { volume: 'uploads', bytes: 24_576 },
        { volume: 'postgres', bytes: 48_100_000 },
      ],
      snapshotBytes: 61_440,
      restoreMs: 5240,
    },
    environment: {
      engine: '20.10.24',
      api: '1.41',
      ipvs: false,
      edge: 'built-in router',
      traefik: 'v3',
      node: 'v24.21.0',
      adaptations: ['app, db, cache: endpoint mode dnsrr, as the kernel has no IPVS'],
    },
    screenshot: 'screenshot.png',
    artifacts: [
      { name: 'events.ndjson', bytes: 48_120 },
      { name: 'logs/app.log', bytes: 2310 },
      { name: 'screenshot.png', bytes: 88_000 },
    ],
    flags: { cleanTeardown: true, noSecretLeak: true },
    ...parts,
  };
}

/** A red run: the restore forgot a volume, and what comes after it was not run. */
export function redRun(parts: Partial<RunResults> = {}): RunResults {
  const green = greenRun();
  const sentence =
    'restore: the file planted in volume uploads did not come back; compose.yml excludes it from the backup.';
  return {
    ...green,
    verdict: 'failure',
    level: 2,
    sentence,
    fault: 'recipe',
    rungs: [
      ...RUNGS.slice(0, 3),
      rung('restore', {
        status: 'fail',
        sentence: '4 of 5 canaries came back; volume uploads is empty',
        ms: 5240,
        checks: [
          { name: 'post-hook', outcome: 'pass', sentence: 'db: the dump was loaded', evidence: [] },
          {
            name: 'canary in uploads',
            outcome: 'fail',
            sentence: 'uploads:/.cc-ci-canary-3f9a1c is missing after the restore',
            evidence: ['$ ls -la /data/uploads', 'total 0'],
          },
        ],
      }),
      rung('functional', {
        status: 'unver',
        sentence: 'not run: the app has no data after the failed restore',
        ms: 0,
        checks: [],
      }),
      rung('lint', { sentence: 'no errors, 1 warning', ms: 90, checks: [] }),
    ],
    findings: [
      {
        code: 'restore-incomplete',
        sentence,
        fault: 'recipe',
        tier: 'restore',
        service: 'app',
        hint: 'remove the label backupbot.volumes.uploads=false from service app, or say in the README that uploads are not saved',
        evidence: [
          'restore: /uploads: 0 files',
          'app | 2026-11-23 19:45:19 ERROR cannot open /data/uploads/index.json: no such file',
        ],
        at: '2026-11-23T19:45:20.020Z',
      },
    ],
    tests: [],
    ...parts,
  };
}
