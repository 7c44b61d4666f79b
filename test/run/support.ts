import type { Tier } from '../../src/results/schema.ts';
import type { Fact, Observation, Plan } from '../../src/run/types.ts';
import { TIERS } from '../../src/run/types.ts';

/** A plan of an ordinary run with every tier; single parts can be replaced. */
export function samplePlan(changes: Partial<Plan> = {}): Plan {
  const app = {
    versionLabel: '1.1.0+2.0',
    commit: 'a'.repeat(40),
    composeFiles: ['compose.yml'],
    services: ['app'],
    volumes: ['data'],
    secretNames: [],
    configNames: [],
    clients: [],
    timeoutSeconds: 60,
  };
  return {
    runId: '20260101-120000-abcdef',
    toolVersion: '0.0.0',
    createdAt: '2026-01-01T12:00:00.000Z',
    recipe: {
      name: 'sample',
      source: './sample',
      ref: 'HEAD',
      commit: 'a'.repeat(40),
      dirty: false,
      version: '1.1.0+2.0',
    },
    base: { version: '1.0.0+1.9', commit: 'b'.repeat(40), reason: 'newest release' },
    head: app,
    baseApp: { ...app, versionLabel: '1.0.0+1.9', commit: 'b'.repeat(40) },
    tiers: TIERS.map((tier) => ({ tier, run: true, reason: 'asked for', intentionalSkip: false })),
    partial: false,
    domain: 'samp-123456.ci.test',
    stackName: 'samp-123456_ci_test',
    hosts: ['samp-123456.ci.test'],
    probes: { healthPath: '/', healthOk: [200, 301, 302], tcp: [] },
    images: [],
    hostPorts: [],
    freeAddresses: 1000,
    freeDiskBytes: 1e10,
    engine: {
      socket: '/var/run/docker.sock',
      engineVersion: '20.10.24',
      apiVersion: '1.41',
      swarm: 'manager',
      nodeId: 'n1',
      nodes: 1,
      ipvs: true,
      architecture: 'x86_64',
    },
    edge: {
      kind: 'built-in',
      traefik: 'v3',
      address: '127.0.0.1',
      httpsPort: 443,
      httpPort: 80,
      authorityFile: undefined,
    },
    adaptations: [],
    warnings: [],
    backup: { capable: true, services: [], volumes: [], uncovered: [], problems: [] },
    deadlineSeconds: 3600,
    keep: false,
    ...changes,
  };
}

/** Plans only some tiers to run; the others count as not asked for, or as intentionally skipped. */
export function planOf(run: readonly Tier[], skipped: readonly Tier[] = []): Plan {
  return samplePlan({
    tiers: TIERS.map((tier) => ({
      tier,
      run: run.includes(tier),
      reason: 'as the test says',
      intentionalSkip: skipped.includes(tier),
    })),
    partial: TIERS.some((tier) => !run.includes(tier) && !skipped.includes(tier)),
  });
}

const canary = {
  id: 'c1',
  kind: 'file',
  service: 'app',
  volume: 'data',
  where: 'data:/.cc-ci-canary-c1',
  token: 't',
  detail: {},
} as const;

const up = (moment: 'install' | 'upgrade' | 'restore'): Observation[] => [
  {
    fact: 'converged',
    moment,
    convergence: {
      outcome: 'converged',
      updates: 'fresh',
      services: [
        {
          service: 'app',
          serviceId: 's1',
          image: 'sample:2',
          running: 1,
          desired: 1,
          hasHealthcheck: true,
          updateState: undefined,
          readyMs: 900,
          restarts: 0,
        },
      ],
      causes: [],
      notes: [],
      ms: 1000,
    },
  },
  {
    fact: 'served',
    moment,
    ok: true,
    ms: 1100,
    answers: [
      {
        url: 'https://samp-123456.ci.test/',
        status: 200,
        headers: {},
        body: '',
        error: undefined,
        ms: 4,
        fromProxy: false,
      },
    ],
  },
];

/** The facts of a run in which everything was proven, by tier. */
export const GREEN: Readonly<Record<Tier | 'end', readonly Observation[]>> = {
  install: [
    { fact: 'deployed', moment: 'install', fresh: true, ms: 50, replaced: ['app'] },
    ...up('install'),
    { fact: 'planted', canaries: [canary], problems: [] },
  ],
  upgrade: [
    { fact: 'deployed', moment: 'upgrade', fresh: false, ms: 50, replaced: ['app'] },
    ...up('upgrade'),
    {
      fact: 'moved',
      changed: true,
      pruned: [],
      services: [
        {
          service: 'app',
          expectedImage: 'sample:2',
          runningImage: 'sample:2',
          imageMatches: true,
          labelsMatch: true,
          configsMatch: true,
        },
      ],
    },
    { fact: 'canaries', moment: 'after-upgrade', checks: [{ id: 'c1', found: true, detail: '' }] },
  ],
  backup: [
    {
      fact: 'snapshot',
      attempts: 1,
      settled: true,
      report: {
        id: 'abc',
        files: 3,
        bytes: 100,
        dumps: [],
        canaries: [{ id: 'c1', found: true, detail: '', expected: true }],
        missingPaths: [],
        liveCopies: [],
      },
    },
  ],
  restore: [
    { fact: 'destroyed', checks: [{ id: 'c1', found: false, detail: 'gone' }], emptied: ['data'], stopped: ['app'] },
    { fact: 'restored', ms: 500, expected: ['c1'] },
    ...up('restore'),
    { fact: 'canaries', moment: 'after-restore', checks: [{ id: 'c1', found: true, detail: '' }] },
  ],
  functional: [
    {
      fact: 'tests',
      report: {
        source: 'recipe',
        files: ['tests/a.test.ts'],
        cases: [{ name: 'works', file: 'tests/a.test.ts', outcome: 'passed', detail: undefined, ms: 5 }],
        broken: undefined,
        ms: 100,
      },
    },
  ],
  lint: [
    {
      fact: 'lint',
      results: [
        {
          id: 'R009',
          severity: 'error',
          title: 'app',
          outcome: 'satisfied',
          file: null,
          line: null,
          message: '',
          hint: '',
        },
      ],
    },
  ],
  end: [{ fact: 'teardown', removed: 4, residue: [], ms: 400, kept: false }],
};

/** Dates observations one second apart. */
export function dated(observations: readonly Observation[]): Fact[] {
  return observations.map((observation, index) => ({
    at: new Date(Date.UTC(2026, 0, 1, 12, 0, index)).toISOString(),
    ...observation,
  }));
}

/** The facts of a green run, with some tiers' facts replaced. */
export function greenFacts(changes: Partial<Record<Tier | 'end', readonly Observation[]>> = {}): Fact[] {
  const parts = { ...GREEN, ...changes };
  return dated([...TIERS.flatMap((tier) => parts[tier]), ...parts.end]);
}
