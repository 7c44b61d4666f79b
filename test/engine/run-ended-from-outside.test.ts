import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { drawSample } from '../support/draw.ts';
import { type Bench, openBench } from './support/cc-ci.ts';
import { makeTinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

const CC_CI = join(import.meta.dirname, '../../cc-ci');

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench[Symbol.asyncDispose]());

const deployed = () => bench.event(({ event, name }) => event === 'begin' && name === 'converge');

/** What ends a run from outside without killing it (RT-26), and what the command then says. */
const ENDS = [
  { how: 'Ctrl-C, twice', signals: ['SIGINT', 'SIGINT'] },
  { how: 'a terminal that goes away', signals: ['SIGHUP'] },
  { how: 'a supervisor', signals: ['SIGTERM'] },
] as const;
const chosen = drawSample(ENDS, { suite: 'ends from outside', nameOf: ({ how }) => how });

describe.each(chosen)('$how', ({ signals }) => {
  test('ends a run that is cancelled and has removed everything', async () => {
    const run = bench.start(['test', '--json', '--tiers', 'install', bench.example('static-site')]);
    await deployed();
    for (const signal of signals) run.child.kill(signal);
    const { exitCode, stdout } = await run.ended;
    expect(exitCode).toBe(EXIT.cancelled);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'cancelled', residue: [] });
    expect(await bench.leftovers()).toEqual([]);
  });
});

test('a run whose parent dies and whose readers go away ends by itself, with its verdict in its directory', async () => {
  const script = '"$@" & echo $!; exec sleep 600';
  const parent = spawn('sh', ['-c', script, 'sh', CC_CI, 'test', '--tiers', 'install', bench.example('static-site')], {
    env: { ...process.env, CC_CI_STATE: bench.state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const runId = await deployed();
  parent.kill('SIGKILL');
  parent.stdout.destroy();
  parent.stderr.destroy();
  await once(parent, 'exit');
  await bench.event(({ event }) => event === 'verdict');
  await expect.poll(() => bench.leftovers()).toEqual([]);
  const results: unknown = JSON.parse(await readFile(join(bench.state, 'runs', runId, 'results.json'), 'utf8'));
  expect(results).toMatchObject({ verdict: 'success', level: 1 });
});

test('two runs of one domain go one after the other, and each counts its own deploys (RT-28)', async () => {
  await using recipe = await makeTinyRecipe('serial');
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1') }, '1.0.0+1');
  const args = ['test', '--json', '--tiers', 'install', '--domain', 'serial.ci.test', recipe.dir];
  const ends = await Promise.all([bench.run(args), bench.run(args)]);
  for (const { exitCode, stdout, stderr } of ends) {
    expect(exitCode, stderr).toBe(EXIT.success);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'success', deploys: { fresh: 1, updates: 0 } });
  }
  expect(ends.filter(({ stderr }) => stderr.includes('waiting for the domain serial.ci.test'))).toHaveLength(1);
  expect(await bench.leftovers()).toEqual([]);
});

test('two runs of one recipe keep their checkouts apart (RT-29)', async () => {
  await using recipe = await makeTinyRecipe('apart');
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1') }, '1.0.0+1');
  await recipe.release({ 'compose.yml': tinyCompose('2.0.0+2') }, '2.0.0+2');
  const ends = await Promise.all(
    ['1.0.0+1', '2.0.0+2'].map((ref) => bench.run(['test', '--json', '--tiers', 'install', '--ref', ref, recipe.dir])),
  );
  const versions = ends.map(({ stdout }) => (JSON.parse(stdout) as { recipe: { version: string } }).recipe.version);
  expect(versions).toEqual(['1.0.0+1', '2.0.0+2']);
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([EXIT.success, EXIT.success]);
});
