import { appendFile, cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { RunResults } from '../../src/results/schema.ts';
import { RUN_LABEL } from '../../src/swarm/types.ts';
import { drawSample } from '../support/draw.ts';
import { type Bench, openBench } from './support/cc-ci.ts';

const ROOT = join(import.meta.dirname, '../..');

let bench: Bench;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  bench = await openBench();
  // Beside the bench's own examples: the settings of the guest book lead to that of the login.
  bench.example('login');
  const recipes = join(bench.state, '../recipes');
  await cp(join(ROOT, 'recipes'), recipes, { recursive: true });
  env = { CC_CI_RECIPES: recipes };
});

afterEach(() => bench[Symbol.asyncDispose]());

const start = (...args: string[]) => bench.start(['test', '--json', bench.example('guestbook'), ...args], env);

/** Pins the dependency to a version, which comes last in the settings of the guest book. */
const pinLogin = (version: string) =>
  appendFile(join(env['CC_CI_RECIPES'] ?? '', 'guestbook/recipe.yaml'), `    version: ${version}\n`);

const begun = (name: string) => bench.event((event) => event.event === 'begin' && event.name === name);

async function resultsOf({ ended }: ReturnType<typeof start>): Promise<RunResults> {
  const { stdout, stderr } = await ended;
  expect(stdout, stderr).not.toBe('');
  return RunResults.parse(JSON.parse(stdout));
}

test('an app reaches level 5 with what it depends on, which is deployed once, apart from it, and goes with it', async () => {
  const results = await resultsOf(start());
  expect(results).toMatchObject({
    verdict: 'success',
    level: 5,
    findings: [],
    residue: [],
    deploys: { fresh: 1, updates: 1, expectedFresh: 1, expectedUpdates: 1 },
    dependencies: [{ recipe: 'login', up: true, deploys: { fresh: 1, updates: 0 } }],
    flags: { cleanTeardown: true, noSecretLeak: true },
  });
  expect(await bench.leftovers()).toEqual([]);
  const [runId = ''] = await bench.runIds();
  const logs = await readdir(join(bench.state, 'runs', runId, 'dependencies/login/logs'));
  expect(logs).not.toEqual([]);
});

const provisioning = (body: string) =>
  writeFile(join(env['CC_CI_RECIPES'] ?? '', 'login/hooks.ts'), `export function provision() { ${body} }\n`);

const FAILURES = [
  {
    how: 'does not come up',
    arrange: () => pinLogin('broken-install'),
    sentence: /the dependency login failed to install: .*exit code 1/,
    fault: 'infrastructure',
  },
  {
    how: 'cannot be provisioned',
    arrange: () => provisioning('throw new Error("no room for clients");'),
    sentence: /the dependency login failed to be provisioned: the hook provision failed: Error: no room for clients/,
    fault: 'infrastructure',
  },
  {
    how: 'lacks a value',
    arrange: () => provisioning('return { internalUrl: "http://login" };'),
    sentence: /the dependency login gave no value clientId/,
    fault: 'usage',
  },
];
const chosen = drawSample(FAILURES, { suite: 'failing dependencies', nameOf: ({ how }) => how });

test.each(chosen)(
  'a dependency that $how is named, and nothing is held against the app (RT-21)',
  async ({ arrange, sentence, fault }) => {
    await arrange();
    const results = await resultsOf(start('--tiers', 'install'));
    expect(results).toMatchObject({
      verdict: 'error',
      fault,
      sentence: expect.stringMatching(sentence) as string,
      findings: [{ code: 'E_DEPENDENCY', tier: 'install' }],
      deploys: { fresh: 0 },
      residue: [],
    });
    expect(await bench.leftovers()).toEqual([]);
  },
);

test('an app that lost its dependency is not blamed for it', async () => {
  const run = start('--tiers', 'functional');
  const runId = await begun('tests');
  const services = await bench.engine.services({ label: [`${RUN_LABEL}=${runId}`] });
  const login = services.find(({ Spec }) => Spec.Name.startsWith('logi-'));
  await bench.engine.removeService(login?.ID ?? '');
  const results = await resultsOf(run);
  expect(results).toMatchObject({
    verdict: 'error',
    fault: 'infrastructure',
    sentence: expect.stringContaining('the dependency login was lost during the run') as string,
    residue: [],
  });
  expect(await bench.leftovers()).toEqual([]);
});

test('what a killed run leaves of an app and of what it depends on is removed together (RT-23)', async () => {
  const run = start('--tiers', 'install');
  const runId = await begun('converge');
  run.child.kill('SIGKILL');
  await run.ended;
  const stacks = (await bench.engine.services({ label: [`${RUN_LABEL}=${runId}`] })).map(({ Spec }) => Spec.Name);
  expect(stacks.map((name) => name.slice(0, 4)).toSorted()).toEqual(['gues', 'logi']);
  const cleaned = await bench.run(['clean', '--json'], env);
  expect(cleaned.exitCode, cleaned.stderr).toBe(EXIT.success);
  expect(JSON.parse(cleaned.stdout)).toMatchObject({ cleaned: [{ runId, how: 'journal', residue: [] }] });
  expect(await bench.leftovers()).toEqual([]);
});
