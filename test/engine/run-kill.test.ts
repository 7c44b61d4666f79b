import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { type Bench, openBench, sampleOfEach } from './support/cc-ci.ts';
import { difference, type Inventory, type Place, takeInventory } from './support/inventory.ts';
import { type KnownProcess, stillAlive } from './support/processes.ts';
import { openSecondEngine, type SecondEngine } from './support/second-engine.ts';

const PRELOAD = join(import.meta.dirname, 'support/kill-at.ts');
/** What each point of one group has in common: how far the run has come. In a run that is no full one, one of each is drawn. */
const STAGES = [
  ['plan', 'begin images'],
  ['deploy', 'begin come up'],
  ['install', 'begin head images'],
  ['upgrade', 'begin settle'],
  ['backup', 'begin destroy'],
  ['restore', 'begin tests'],
  ['functional', 'undone stack'],
] as const;
const FULL = process.env['CC_CI_FULL'] === '1';

const IMAGES = {
  'static-site': ['cc-ci-demo/nginx:1.22.1', 'cc-ci-demo/nginx:1.24.0'],
  notebook: ['cc-ci-demo/notebook:1.0.0', 'cc-ci-demo/notebook:1.1.0', 'cc-ci-demo/notebook:2.0.0'],
} as const;
type Example = keyof typeof IMAGES;
const EXAMPLES: readonly Example[] = FULL ? ['static-site', 'notebook'] : ['static-site'];

// An Engine that nobody else uses: whatever is there afterwards and was not before is ours.
let engine: SecondEngine;
let bench: Bench;
let place: Place;

beforeAll(async () => {
  engine = await openSecondEngine({ images: EXAMPLES.flatMap((example) => IMAGES[example]) });
  bench = await openBench({ socket: engine.socket, tls: join(engine.state, 'tls'), enter: engine.enter });
  const machine = await readFile(join(engine.state, '../cgroup'), 'utf8');
  place = { socket: engine.socket, state: bench.state, temporary: join(bench.state, '../temporary'), machine };
  await mkdir(place.temporary);
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

describe.each(EXAMPLES)('a run of %s', (example) => {
  test('leaves nothing, wherever it is killed', { timeout: FULL ? 3_600_000 : 240_000 }, async () => {
    const points = await recordPoints(example);
    const { chosen, seed } = sampleOfEach(points, stageOf(points));
    const before = await takeInventory(place);
    const residues: Record<string, readonly string[]> = {};
    for (const point of chosen) {
      const left = await killAndClean(example, point, before);
      if (left.length > 0) residues[point] = left;
    }
    process.stdout.write(
      `${example}: killed at ${chosen.length} of ${points.length} points (seed ${seed}), residue at ${Object.keys(residues).length}\n`,
    );
    expect(residues).toEqual({});
  });
});

/** The points that a whole run passes, in their order. */
async function recordPoints(example: Example): Promise<readonly string[]> {
  const log = join(bench.state, `../points-${example}`);
  const { exitCode, stderr } = await bench.run(
    ['test', '--json', bench.example(example)],
    environment({ KILL_AT_LOG: log }),
  );
  expect(exitCode, stderr).toBe(EXIT.success);
  return (await readFile(log, 'utf8')).trimEnd().split('\n');
}

/** Kills a run at a point and cleans up after it. What is there then and was not before; and who of the run still lives. */
async function killAndClean(example: Example, point: string, before: Inventory): Promise<readonly string[]> {
  const children = join(bench.state, '../children');
  const run = bench.start(
    ['test', '--json', bench.example(example)],
    environment({ KILL_AT: point, KILL_AT_CHILDREN: children }),
  );
  const { exitCode, stderr } = await run.ended;
  expect(exitCode, `not killed at “${point}”: ${stderr}`).toBeNull();
  const cleaned = await bench.run(['clean', '--json']);
  expect(cleaned.exitCode, `after “${point}”: ${cleaned.stderr}`).toBe(EXIT.success);
  const alive = stillAlive(JSON.parse(await readFile(children, 'utf8')) as readonly KnownProcess[]);
  return [...difference(before, await takeInventory(place)), ...alive.map(({ command }) => `alive: ${command}`)];
}

function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { NODE_OPTIONS: `--import=${PRELOAD}`, TMPDIR: place.temporary, ...env };
}

function stageOf(points: readonly string[]): (point: string) => string {
  return (point) => {
    const at = points.indexOf(point);
    const stage = STAGES.find(([, until]) => at < points.findIndex((other) => other.endsWith(until)));
    return stage?.[0] ?? 'end';
  };
}
