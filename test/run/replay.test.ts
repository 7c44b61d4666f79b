import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/base/mask.ts';
import { statePaths } from '../../src/config/paths.ts';
import { readSettings } from '../../src/config/settings.ts';
import { findCommit } from '../../src/recipe/git/repository.ts';
import { scanForSecrets } from '../../src/results/leak-scan.ts';
import type { RunResults } from '../../src/results/schema.ts';
import type { Bundle } from '../../src/run/bundle/schema.ts';
import { writeBundle } from '../../src/run/bundle/write-bundle.ts';
import type { PreparedApp } from '../../src/run/context.ts';
import { compareRuns, isSameOutcome } from '../../src/run/replay/compare.ts';
import { printReplay } from '../../src/run/replay/print.ts';
import { readBundle, requestOf } from '../../src/run/replay/replay.ts';
import { buildResults } from '../../src/run/results-document.ts';
import { runDirectory } from '../../src/run/run-directory.ts';
import type { Fact, Observation, Plan, RunRequest } from '../../src/run/types.ts';
import { TIERS } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { commitFiles, git, makeScratch, writeFiles } from '../recipe/recipe-repository.ts';
import { GREEN, greenFacts, samplePlan } from './support.ts';

const SECRET = 'correct-horse-battery';
const clock = { toolVersion: '0', startedAt: new Date(0), endedAt: new Date(5000), phases: [], node: 'v24' };
const request: RunRequest = {
  source: './wiki',
  ref: undefined,
  base: undefined,
  tiers: TIERS,
  domain: undefined,
  env: { GREETING: 'hello', DSN: `db://me:${SECRET}@db` },
  secrets: { db_password: SECRET },
  worktree: false,
  keep: true,
  deadlineSeconds: 600,
};

function resultsOf(facts: readonly Fact[], changes: Partial<Plan> = {}): RunResults {
  const plan = samplePlan(changes);
  return buildResults(plan, facts, judge(plan, facts), clock);
}

/** Writes the bundle of a run of a small repository that generates one secret and was given another. */
async function makeBundle(dir: string, files: Readonly<Record<string, string>> = {}) {
  const repository = join(dir, 'wiki');
  await mkdir(repository);
  await git(repository, 'init', '--quiet');
  const commit = await commitFiles(repository, { 'compose.yml': 'services: {}\n', ...files });
  await git(repository, 'tag', '1.0.0+1');
  await writeFiles(join(dir, 'enrolled'), { 'recipe.yaml': 'timeout: 60\n' });
  const directory = runDirectory(statePaths(), 'r', join(dir, 'run'));
  await writeFiles(directory.headCheckout, { 'compose.yml': 'services: {}\n', ...files });
  const masker = createMasker();
  masker.add([SECRET]);
  const secrets = [
    { id: 'db_password', modifiers: {} },
    { id: 'key', modifiers: { length: 40, charset: 'hex' } },
  ].map((spec) => ({ ...spec, name: `s_${spec.id}_v1`, version: 'v1', variable: undefined }));
  const plan = samplePlan({ recipe: { ...samplePlan().recipe, name: 'wiki', commit }, base: undefined });
  const noted: Observation[] = [];
  await writeBundle(
    {
      plan,
      head: { app: { secrets } } as unknown as PreparedApp,
      base: undefined,
      source: {
        name: 'wiki',
        source: repository,
        ref: 'HEAD',
        commit,
        dirty: false,
        dir: directory.headCheckout,
        repository: { gitDir: join(repository, '.git') },
        tags: [],
      },
      settings: readSettings({}),
      secrets: new Map([
        ['s_db_password_v1', SECRET],
        ['s_key_v1', 'f00dcafe'.repeat(5)],
      ]),
      enrolledDir: join(dir, 'enrolled'),
      masker,
      directory,
      facts: { record: (fact) => noted.push(fact), recordFailure: () => undefined, all: () => [] },
    },
    request,
  );
  return { root: join(directory.root, 'bundle'), noted, commit };
}

describe('the bundle of a run', () => {
  it('holds what was asked for, the recipe and its settings, and no secret', async () => {
    await using scratch = await makeScratch();
    const { root, noted, commit } = await makeBundle(scratch.dir);
    expect(noted).toStrictEqual([]);
    expect(await readBundle(root)).toMatchObject({
      seed: '20260101-120000-abcdef',
      recipe: { name: 'wiki', commit },
      request: { env: { GREETING: 'hello', DSN: 'db://me:•••@db' } },
      secrets: [
        { id: 'db_password', supplied: true },
        { id: 'key', length: 40, charset: 'hex', supplied: false },
      ],
      history: true,
      enrolled: true,
    });
    expect(await readFile(join(root, 'recipes/wiki/recipe.yaml'), 'utf8')).toBe('timeout: 60\n');
    expect(await scanForSecrets(root, [SECRET, 'f00dcafe'.repeat(5)])).toStrictEqual([]);
  });

  it('leaves out a recipe that contains a secret of the run, and says so', async () => {
    await using scratch = await makeScratch();
    const { root, noted } = await makeBundle(scratch.dir, { 'notes.txt': `it is ${SECRET}` });
    expect(await readBundle(root)).toMatchObject({ history: false });
    await expect(readFile(join(root, 'recipe.bundle'))).rejects.toThrow('ENOENT');
    expect(noted).toMatchObject([{ fact: 'note', sentence: expect.stringContaining('notes.txt: secret 1') }]);
  });

  it('is refused when it is missing or no bundle', async () => {
    await using scratch = await makeScratch();
    await expect(readBundle(scratch.dir)).rejects.toMatchObject({ code: 'E_REPLAY', fault: 'usage' });
    await writeFiles(scratch.dir, { 'request.json': '{"bundle": 1, "recipe": {"name": "../etc"}}' });
    await expect(readBundle(scratch.dir)).rejects.toThrow('cannot be read');
  });
});

describe('what a replay asks for', () => {
  const bundle: Bundle = {
    bundle: 1,
    runId: 'r1',
    toolVersion: '0',
    seed: 'r1',
    recipe: { name: 'wiki', commit: 'a'.repeat(40), dirty: false },
    base: { version: '1.0.0+1', commit: 'b'.repeat(40) },
    request: {
      source: './wiki',
      tiers: ['install', 'upgrade'],
      domain: null,
      env: { A: '1', DSN: 'db://•••' },
      worktree: false,
      deadlineSeconds: 60,
    },
    settings: { traefik: 'v3' },
    secrets: [{ id: 'key', length: null, charset: null, supplied: true }],
    history: false,
    enrolled: false,
  };
  const supplied = { secrets: { key: 'value' }, env: { DSN: 'db://real' } };

  it('is the same commit, base, env, tiers and seed, and never a kept app', async () => {
    expect(await requestOf(bundle, './wiki', supplied)).toStrictEqual({
      source: './wiki',
      ref: 'a'.repeat(40),
      base: 'b'.repeat(40),
      tiers: ['install', 'upgrade'],
      domain: undefined,
      env: { A: '1', DSN: 'db://real' },
      secrets: { key: 'value' },
      worktree: false,
      keep: false,
      deadlineSeconds: 60,
      seed: 'r1',
    });
  });

  it('calls a base that is a release by its version', async () => {
    await using scratch = await makeScratch();
    await git(scratch.dir, 'init', '--quiet');
    const commit = await commitFiles(scratch.dir, { 'compose.yml': '' });
    await git(scratch.dir, 'tag', '1.0.0+1');
    expect(await findCommit({ gitDir: join(scratch.dir, '.git') }, '1.0.0+1')).toBe(commit);
    const packed = { ...bundle, history: true, base: { version: '1.0.0+1', commit } };
    expect(await requestOf(packed, scratch.dir, supplied)).toMatchObject({ base: '1.0.0+1' });
  });

  it('needs what no bundle holds: supplied secrets, and env values that contain one', async () => {
    const secretless = requestOf(bundle, './wiki', { ...supplied, secrets: {} });
    await expect(secretless).rejects.toMatchObject({ code: 'E_REPLAY', hint: 'supply it: --secret key=@file' });
    const envless = requestOf(bundle, './wiki', { ...supplied, env: {} });
    await expect(envless).rejects.toMatchObject({ code: 'E_REPLAY', hint: 'supply it: --env DSN=…' });
  });
});

describe('two runs side by side', () => {
  const lost = greenFacts({
    upgrade: GREEN.upgrade.map((fact) =>
      fact.fact === 'canaries' ? { ...fact, checks: [{ id: 'c1', found: false, detail: 'gone' }] } : fact,
    ),
  });

  it('have the same outcome when only times and names differ', () => {
    const before = resultsOf(lost);
    const after = { ...resultsOf(lost, { runId: 'r2', domain: 'other.ci.test' }), ms: 77 };
    expect(compareRuns(before, after)).toStrictEqual([]);
  });

  it('differ in verdict, level, tier, finding and canary, each by name', () => {
    const found = compareRuns(resultsOf(greenFacts()), resultsOf(lost));
    expect(isSameOutcome(found)).toBe(false);
    expect(found.map(({ what, before, after }) => [what, before, after])).toStrictEqual([
      ['verdict', 'success', 'failure'],
      ['level', '5', '1'],
      ['fault', 'nobody’s', 'recipe'],
      ['tier upgrade', 'pass', 'fail'],
      [
        'file canary of app in data:/.cc-ci-canary-c1',
        'found after the upgrade, found in the snapshot, found after the restore',
        'missing after the upgrade, found in the snapshot, found after the restore',
      ],
      ['finding upgrade app upgrade-lost-data', null, 'yes'],
    ]);
  });

  it('name another image or Engine as what may explain it, not as another outcome', () => {
    const image = {
      service: 'app',
      moment: 'head' as const,
      reference: 'sample:2',
      imageId: 'sha256:1',
      digest: undefined,
    };
    const before = resultsOf(greenFacts(), { images: [image] });
    const engine = { ...samplePlan().engine, engineVersion: '26.1.5', ipvs: false };
    const after = resultsOf(greenFacts(), { images: [{ ...image, imageId: 'sha256:2' }], engine });
    const found = compareRuns(before, after);
    expect(isSameOutcome(found)).toBe(true);
    expect(found.map(({ kind, what }) => `${kind}: ${what}`)).toStrictEqual([
      'image: head app sample:2',
      'environment: Engine',
      'environment: IPVS',
    ]);
    const text = printReplay({ before, after, same: true, differences: found });
    expect(text).toContain('IPVS: present → absent');
    expect(text).toMatch(/Same outcome\.$/);
  });
});
