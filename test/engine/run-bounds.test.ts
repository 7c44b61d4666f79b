import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import type { Fact } from '../../src/run/types.ts';
import type { ApiContainer } from '../../src/swarm/api-types.ts';
import { connectEngine, type Engine } from '../../src/swarm/engine.ts';
import { RECIPE_LABEL } from '../../src/swarm/types.ts';
import { makeTinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

const MIB = 1024 ** 2;
const SERVE = 'mkdir /www; echo up > /www/index.html; exec httpd -f -p 80 -h /www';

let engine: Engine;

beforeAll(async () => {
  engine = await connectEngine(readSettings().dockerSocket);
});

afterAll(() => engine.close());

interface Seen {
  readonly container: ApiContainer & {
    readonly LogPath: string;
    readonly HostConfig: Readonly<Record<string, unknown>>;
  };
  readonly processes: number;
  readonly logBytes: number;
}

/** One run of an app within bounds that its recipe lowers, and its container as it was once the services were up or not. */
async function runBounded(name: string, service: string, bounds: Readonly<Record<string, number>>) {
  await using recipe = await makeTinyRecipe(name);
  const lines = Object.entries(bounds).map(([key, value]) => `  ${key}: ${value}\n`);
  await recipe.enroll({ 'recipe.yaml': `bounds:\n${lines.join('')}` });
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service }) });
  let seen: Promise<Seen> | undefined;
  const results = await recipe.test(['install'], {}, (event) => {
    if (event.event === 'fact' && isUp(event.fact)) seen ??= look(name);
  });
  return { results, seen: await seen };
}

function isUp({ fact }: Fact): boolean {
  return fact === 'converged';
}

async function look(recipe: string): Promise<Seen> {
  const services = await engine.services({ label: [`${RECIPE_LABEL}=${recipe}`] });
  const label = [`com.docker.swarm.service.name=${services[0]?.Spec.Name ?? ''}`];
  const [task] = await engine.containers({ label });
  const Id = task?.Id ?? '';
  const [container, stats] = await Promise.all([engine.container(Id), engine.containerStats(Id)]);
  const { LogPath } = container as Seen['container'];
  const files = (await readdir(dirname(LogPath))).filter((file) => file.startsWith(basename(LogPath)));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(dirname(LogPath), file))).size));
  return {
    container: container as Seen['container'],
    processes: stats.pids_stats?.current ?? Number.NaN,
    logBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** Two hundred processes are wanted, each for ten minutes; the shell that wants them gives up at the first that it cannot have. */
const BOMB = 'i=0; while [ $$i -lt 200 ]; do sleep 600 & i=$$((i+1)); done';

test('a fork bomb stays within its bound', async () => {
  const { results, seen } = await runBounded('forks', `(${BOMB}); ${SERVE}`, { pids: 64 });
  expect(seen?.container.HostConfig).toMatchObject({ PidsLimit: 64 });
  expect(seen?.processes).toBeGreaterThan(32);
  expect(seen?.processes).toBeLessThanOrEqual(64);
  expect(results).toMatchObject({ verdict: 'success', residue: [], bounds: { pids: 64, networks: 10 } });
});

test('a program that ends because it may have no more processes is not its recipe’s fault', async () => {
  const { results } = await runBounded('forked', `${BOMB}; ${SERVE}`, { pids: 64 });
  expect(results).toMatchObject({ verdict: 'error', fault: 'usage', residue: [] });
  expect(results.findings[0]).toMatchObject({ code: 'bound-reached', service: 'app' });
  expect(results.findings[0]?.sentence).toBe('app reached cc-ci’s bound of 64 processes');
});

test('a program that takes more memory than the bound is killed, and its recipe is not blamed for ours', async () => {
  const { results } = await runBounded('memory', 'exec tail /dev/zero', { memoryMiB: 32 });
  expect(results).toMatchObject({ verdict: 'error', fault: 'usage', residue: [] });
  expect(results.findings[0]?.sentence).toBe('app reached cc-ci’s bound of 32.0 MiB of memory');
});

test('a flood of log keeps to its files, and the app is as green as it is', async () => {
  const flood = `yes 0123456789012345678901234567890123456789 | head -c 8000000; ${SERVE}`;
  const { results, seen } = await runBounded('flood', flood, { logMiB: 1, logFiles: 2 });
  expect(results).toMatchObject({ verdict: 'success', findings: [], residue: [] });
  expect(seen?.container.HostConfig).toMatchObject({
    LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
  });
  expect(seen?.logBytes).toBeGreaterThan(MIB / 2);
  expect(seen?.logBytes).toBeLessThan(2.2 * MIB);
  expect(results.bounds).toMatchObject({ logMiB: 1, logFiles: 2 });
});

test('a run that fills its volume is ended by name, and nothing of it stays', async () => {
  await using recipe = await makeTinyRecipe('fills');
  await recipe.enroll({ 'recipe.yaml': 'bounds: {diskMiB: 64}\n' });
  // It is starting for as long as anybody waits: one that stood still would be given up before the disk is looked at.
  const service = 'dd if=/dev/zero of=/data/x bs=1M count=300; exec sleep 600';
  const starting = '    healthcheck: {test: ["CMD", "false"], interval: 1s, start_period: 600s}\n';
  const mount = `${starting}    volumes: ["data:/data"]\nvolumes:\n  data:\n`;
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service, more: mount }) });
  const results = await recipe.test(['install']);
  expect(results).toMatchObject({ verdict: 'error', fault: 'usage', residue: [], flags: { cleanTeardown: true } });
  expect(results.findings[0]).toMatchObject({ code: 'bound-disk', fault: 'usage' });
  expect(results.sentence).toMatch(/the run holds [\d.]+ MiB of disk, and may hold 64\.0 MiB/);
});
