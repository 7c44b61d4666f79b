import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDeadline } from '../../src/base/deadline.ts';
import { mustRun, runProcess } from '../../src/base/process.ts';
import { makeExamples } from '../../src/host/setup/examples.ts';
import type { Service } from '../../src/recipe/compose/types.ts';
import { RunResults } from '../../src/results/schema.ts';
import { connectEngine, type Engine } from '../../src/swarm/engine.ts';
import { testHome } from '../support/home.ts';
import { newerEngineUsr } from '../support/set-up/newer-engine.ts';
import { BUSYBOX } from '../support/set-up/test-images.ts';
import { openSecondEngine, type SecondEngine } from './support/second-engine.ts';
import { openStackBench, shellService } from './support/stack-bench.ts';

/**
 * A sample of the Engine suite against Debian 13's Engine, a second daemon beside that of this host: what its own texts and
 * orders of events could break. `npm run engines` runs the whole suite against both.
 */

const ROOT = join(import.meta.dirname, '../..');
const usr = newerEngineUsr(testHome());

let second: SecondEngine;
let engine: Engine;

beforeAll(async () => {
  second = await openSecondEngine({ usr });
  // Everything that follows, in this process and in those it starts, is about the second Engine.
  for (const [name, value] of Object.entries(second.env)) vi.stubEnv(name, value);
  engine = await connectEngine(second.socket);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  engine?.close();
  await second?.[Symbol.asyncDispose]();
});

test('the newest API that both know is spoken', () => {
  expect(engine.version.Version).toMatch(/^26\.1\./);
  expect(engine.apiVersion).toBe('1.45');
});

test('a full run of static-site reaches level 5 and leaves nothing', async () => {
  const examples = await mkdtemp(join(tmpdir(), 'cc-ci-versions-'));
  try {
    await makeExamples(join(ROOT, 'examples'), examples);
    const command = [join(ROOT, 'cc-ci'), 'test', '--json', join(examples, 'static-site')];
    const { exitCode, stdout, stderr } = await runProcess([...second.enter, ...command]);
    expect(exitCode, stderr).toBe(0);
    const results = RunResults.parse(JSON.parse(stdout));
    expect(results).toMatchObject({ verdict: 'success', level: 5, residue: [], flags: { cleanTeardown: true } });
    expect(await engine.volumes()).toEqual([]);
    expect((await engine.services()).map(({ Spec }) => Spec.Name)).toEqual(['cc-ci_router']);
  } finally {
    await rm(examples, { recursive: true, force: true });
  }
});

const QUICK = { restart_policy: { condition: 'any', delay: '100ms' } };
const cases: readonly { readonly code: string; readonly app: Service; readonly evidence: RegExp }[] = [
  { code: 'crash-loop', app: shellService('echo boom; exit 3', { deploy: QUICK }), evidence: /boom/ },
  { code: 'entrypoint-missing', app: shellService('', { command: ['/nope'] }), evidence: /failed to create task/ },
  { code: 'registry-unreachable', app: { image: 'nosuch.invalid/x/y:1' }, evidence: /No such image/ },
  {
    code: 'oom-killed',
    app: shellService('exec tail /dev/zero', { deploy: { resources: { limits: { memory: '20M' } } } }),
    evidence: /137/,
  },
];

describe('a stack that cannot come up is given up with its cause', () => {
  test.each(cases)('$code', async ({ code, app, evidence }) => {
    await using bench = await openStackBench('versions');
    const { outcome, causes } = await bench.up({ services: { app } });
    expect(causes[0]).toMatchObject({ code, service: 'app' });
    expect(causes[0]?.evidence.join('\n')).toMatch(evidence);
    expect(outcome).toBe('failed');
    expect(Object.values((await bench.remove()).residue).flat()).toEqual([]);
  });
});

test('the start interval of a health check is honoured: healthy long before the first interval is over', async () => {
  const name = 'versions-start-interval';
  using deadline = startDeadline(60_000);
  const healthy = (async () => {
    for await (const { Action, Actor } of engine.events({ signal: deadline.signal, sinceMs: Date.now() })) {
      const service = Actor.Attributes?.['com.docker.swarm.service.name'];
      if (service === name && Action === 'health_status: healthy') return;
    }
  })();
  const check = ['--health-cmd', 'true', '--health-interval', '1h', '--health-start-period', '1h'];
  const options = ['--detach', '--no-resolve-image', '--name', name, ...check, '--health-start-interval', '200ms'];
  // The CLI of this host may be too old to know the option.
  await mustRun([join(usr, 'bin/docker'), 'service', 'create', ...options, BUSYBOX, 'sleep', '1000000']);
  await healthy;
  expect(deadline.expired()).toBe(false);
});
