import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMemoryBound, removeMemoryBounds } from '../../src/custom/memory-bound.ts';
import { stagingRoot } from '../../src/custom/staging.ts';
import { type FakeApp, runRecipeTests, startFakeApp } from '../custom/fake-app.ts';

let app: FakeApp;
beforeAll(async () => {
  app = await startFakeApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const MIB = 1024 * 1024;

/** A test that takes memory in steps, and is done when it has as much as it wants. */
const taking = (mebibytes: number) => `
  import { assert, test } from 'cc-ci/kit';
  test('takes', () => {
    const held = [];
    while (held.length < ${mebibytes / 8}) held.push(Buffer.alloc(8 * 1024 * 1024, held.length));
    assert.equal(held.length, ${mebibytes / 8});
  });`;

const groups = async (runId: string) => {
  const places = ['/sys/fs/cgroup', '/sys/fs/cgroup/memory'];
  const names = (await Promise.all(places.map((place) => readdir(place).catch(() => [])))).flat();
  return names.filter((name) => name.startsWith(`${basename(stagingRoot(runId))}.`));
};

test('a test that uses more memory than the sandbox has is told so, and nobody else pays for it', async () => {
  const report = await runRecipeTests(app, { 'a.test.js': taking(1024) }, { memoryBytes: 256 * MIB });

  expect(report.broken).toContain('more than the 256 MiB of memory that the sandbox has');
  expect(report.brokenFault).toBe('recipe');
  expect(report.cases.filter(({ outcome }) => outcome === 'passed')).toEqual([]);
  expect(await groups(app.target.runId)).toEqual([]);
});

test('temporary files are memory, too, and are said to be', async () => {
  const each = `
    import { test } from 'cc-ci/kit';
    import { writeFileSync } from 'node:fs';
    test('fills', () => {
      for (let index = 0; index < 60; index += 1) writeFileSync('/tmp/' + index, Buffer.alloc(8 * 1024 * 1024, 1));
    });`;

  const report = await runRecipeTests(app, { 'a.test.js': each }, { memoryBytes: 256 * MIB });

  expect(report.broken).toContain('of memory that the sandbox has, its temporary files included');
});

test('a test that uses less is none the wiser, and the bound goes with it', async () => {
  const report = await runRecipeTests(app, { 'a.test.js': taking(64) }, { memoryBytes: 512 * MIB });

  expect(report).toMatchObject({ broken: undefined, cases: [{ outcome: 'passed' }] });
  expect(await groups(app.target.runId)).toEqual([]);
});

test('what a killed run has left of its bounds is removed by its name', async () => {
  const runId = `left${process.pid}`;
  expect(await openMemoryBound(runId)).toBeDefined();
  expect(await groups(runId)).toHaveLength(1);

  await removeMemoryBounds(`/tmp/work-${runId}`);
  expect(await groups(runId)).toHaveLength(1);
  await removeMemoryBounds(stagingRoot(runId));
  expect(await groups(runId)).toEqual([]);
});
