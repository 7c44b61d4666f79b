import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastStep } from '../../src/run/past/last-step.ts';
import { RUN_LIMITS, sentenceFor } from '../../src/server/worker/watchdog.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cc-ci-last-step-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const begin = (name: string, tier: string | null = null) => ({ event: 'begin', name, tier, atMs: 1 });
const end = (name: string, tier: string | null = null) => ({ event: 'end', name, tier, ms: 1 });
const told = async (...events: readonly unknown[]) => {
  const file = join(directory, 'events.ndjson');
  await writeFile(file, events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n'));
  return lastStep({ events: file });
};

test('a run is at the innermost step that it has begun and not ended', async () => {
  expect(await told(begin('plan'))).toEqual({ name: 'plan', tier: null, ending: false });
  const inside = await told(
    begin('plan'),
    end('plan'),
    begin('dependency db', 'install'),
    begin('converge', 'install'),
  );
  expect(inside).toEqual({ name: 'converge', tier: 'install', ending: false });
  const beside = await told(begin('lint', 'lint'), begin('deploy', 'install'), end('deploy', 'install'));
  expect(beside).toEqual({ name: 'lint', tier: 'lint', ending: false });
});

test('a run that takes down what it made, or was told that its time is over, is seen to do so', async () => {
  expect((await told(begin('teardown'))).ending).toBe(true);
  expect((await told(begin('teardown'), end('teardown'))).ending).toBe(true);
  expect((await told({ event: 'fact', fact: { fact: 'interrupted', by: 'deadline', detail: '' } })).ending).toBe(true);
  expect((await told({ event: 'progress', text: 'teardown interrupted' })).ending).toBe(false);
});

test('a log that is missing, cut off, or longer than anybody reads says what it says at its end', async () => {
  const nothing = { name: undefined, tier: null, ending: false };
  expect(await lastStep({ events: join(directory, 'none') })).toEqual(nothing);
  expect(await told('{"event":"begin","na')).toEqual(nothing);
  expect(await told('null', '[]', begin('plan'), '{"event":"en')).toMatchObject({ name: 'plan' });
  const long = { event: 'progress', text: 'x'.repeat(3_000_000) };
  expect(await told(begin('plan'), end('plan'), long, begin('tests', 'functional'))).toMatchObject({ name: 'tests' });
});

test('what took too long is said in one sentence, and never that the recipe did', () => {
  const at = (name: string | undefined, tier: string | null = null) =>
    sentenceFor({ name, tier, ending: false }, RUN_LIMITS);
  expect(at('plan')).toBe(
    'cc-ci took too long while reading the recipe: the run did not end by itself after 60 min, and was killed. That is a defect of cc-ci',
  );
  expect(at('converge', 'install')).toContain('in the step “converge” of install:');
  expect(at('lint', 'lint')).toContain('in the step “lint”:');
  expect(at(undefined)).toContain('between two steps');
  expect(at('x'.repeat(1000)).length).toBeLessThan(250);
  expect(sentenceFor(undefined, RUN_LIMITS)).toContain('too long to begin the run: it was killed after 45 min');
});
