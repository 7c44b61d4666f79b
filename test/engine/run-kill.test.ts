import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { RunResults } from '../../src/results/schema.ts';
import { drawSample, drawsAll } from '../support/draw.ts';
import { findFaketime } from '../support/set-up/test-programs.ts';
import { type Bench, openBench } from './support/cc-ci.ts';
import { openGate } from './support/gate.ts';
import { difference, type Inventory, type Place, takeInventory } from './support/inventory.ts';
import { type KnownProcess, stillAlive } from './support/processes.ts';
import { openSecondEngine, type SecondEngine } from './support/second-engine.ts';

const PRELOAD = join(import.meta.dirname, 'support/points.ts');
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
/** A point in the middle of each tier, at which the Engine is taken away. */
const ENGINE_POINTS: Readonly<Record<string, string>> = {
  install: 'after begin come up',
  upgrade: 'after begin come up again',
  backup: 'after begin backup',
  restore: 'after begin restore',
  functional: 'after begin tests',
  end: 'before undone stack',
};
const FULL = drawsAll();

type Example = 'static-site' | 'notebook';
const EXAMPLES: readonly Example[] = FULL ? ['static-site', 'notebook'] : ['static-site'];

// An Engine that nobody else uses: whatever is there afterwards and was not before is ours.
let engine: SecondEngine;
let bench: Bench;
let place: Place;
const points = new Map<Example, readonly string[]>();

beforeAll(async () => {
  engine = await openSecondEngine();
  bench = await openBench({ socket: engine.socket, tls: join(engine.state, 'tls'), enter: engine.enter });
  const machine = await readFile(join(engine.state, '../cgroup'), 'utf8');
  place = { socket: engine.socket, state: bench.state, temporary: join(bench.state, '../tmp'), machine };
  await mkdir(place.temporary);
  for (const example of EXAMPLES) points.set(example, await recordPoints(example));
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

describe.each(EXAMPLES)('a run of %s', (example) => {
  test('leaves nothing, wherever it is killed', { timeout: FULL ? 3_600_000 : 900_000 }, async () => {
    const passed = points.get(example) ?? [];
    const chosen = drawSample(passed, {
      suite: `points at which ${example} is killed`,
      nameOf: (point) => point,
      groupOf: stageOf(passed),
    });
    const before = await takeInventory(place);
    const residues: Record<string, readonly string[]> = {};
    let killed = 0;
    for (const point of chosen) {
      const left = await killAndClean(example, point, before);
      if (left !== undefined) killed += 1;
      if (left !== undefined && left.length > 0) residues[point] = left;
    }
    process.stdout.write(
      `${example}: killed at ${killed} of ${passed.length} points, residue at ${Object.keys(residues).length}\n`,
    );
    expect(residues).toEqual({});
  });
});

const LOSSES = ['install', 'upgrade', 'backup', 'restore', 'functional', 'end'].flatMap((stage) =>
  (['SIGKILL', 'SIGTERM'] as const).map((signal) => ({ signal, stage, point: ENGINE_POINTS[stage] ?? '' })),
);
const losses = drawSample(LOSSES, { suite: 'loss of the Engine', nameOf: ({ signal, point }) => `${signal} ${point}` });

describe.each(losses)('an Engine that gets $signal in the middle of a run ($point)', ({ signal, point }) => {
  test('ends the run with an error of the infrastructure, and nothing is left once it is back', async () => {
    const before = await takeInventory(place);
    const gate = await openGate(join(bench.state, '..'));
    const run = bench.start(
      ['test', '--json', bench.example('static-site')],
      environment({ POINT: point, POINT_RUNS: JSON.stringify(gate.argv) }),
    );
    await Promise.race([gate.reached, run.ended]);
    await engine.kill(signal);
    await gate.open();
    await engine.restart();
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode, stderr).toBe(EXIT.error);
    const results = RunResults.parse(JSON.parse(stdout));
    expect(results).toMatchObject({ verdict: 'error', fault: 'infrastructure' });
    expect(results.sentence).toContain('the Docker Engine ended or restarted during the run');
    const cleaned = await bench.run(['clean', '--json']);
    expect(cleaned.exitCode, cleaned.stderr).toBe(EXIT.success);
    // What was there before is started again, too, and takes its time.
    const rest = async () => withoutStrays(difference(before, await takeInventory(place)));
    await expect.poll(rest).toEqual([]);
  });
});

test('what is left of a run whose state directory is gone is removed once its time is over, and not before (RT-27)', async () => {
  const before = await takeInventory(place);
  const gone = join(bench.state, '../gone');
  await cp(join(bench.state, 'tls'), join(gone, 'tls'), { recursive: true });
  const kept = await bench.run(['test', '--tiers', 'install', '--keep', bench.example('static-site')], {
    CC_CI_STATE: gone,
  });
  expect(kept.exitCode, kept.stderr).toBe(EXIT.success);
  const [runId] = await readdir(join(gone, 'runs'));
  await rm(gone, { recursive: true });
  const early = await bench.run(['clean', '--json']);
  expect(JSON.parse(early.stdout)).toMatchObject({ cleaned: [], live: [runId] });
  const clock = join(bench.state, '../clock');
  await writeFile(clock, '+2d\n');
  const late = await bench.run(['clean', '--json'], {
    LD_PRELOAD: await findFaketime(),
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  expect(JSON.parse(late.stdout)).toMatchObject({ cleaned: [{ runId, how: 'labels', residue: [] }], live: [] });
  expect(difference(before, await takeInventory(place))).toEqual([]);
});

/** A killed daemon forgets namespaces that it had mounted; they are its own leftovers, not a run's. */
function withoutStrays(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith('+ stray '));
}

/** The points that a whole run passes, in their order. */
async function recordPoints(example: Example): Promise<readonly string[]> {
  const log = join(bench.state, `../points-${example}`);
  const { exitCode, stderr } = await bench.run(
    ['test', '--json', bench.example(example)],
    environment({ POINTS_LOG: log }),
  );
  expect(exitCode, stderr).toBe(EXIT.success);
  return (await readFile(log, 'utf8')).trimEnd().split('\n');
}

/**
 * Kills a run at a point and cleans up after it. What is there then and was not before, and who of the run still lives; undefined
 * when the run did not pass the point: what is only made once, or how often a lock is taken, differs from run to run.
 */
async function killAndClean(
  example: Example,
  point: string,
  before: Inventory,
): Promise<readonly string[] | undefined> {
  const children = join(bench.state, '../children');
  const run = bench.start(
    ['test', '--json', bench.example(example)],
    environment({ POINT: point, POINT_CHILDREN: children }),
  );
  const { exitCode, stderr } = await run.ended;
  if (exitCode === EXIT.success && point.startsWith('spawned ')) return undefined;
  expect(exitCode, `not killed at “${point}”: ${stderr}`).toBeNull();
  const cleaned = await bench.run(['clean', '--json']);
  expect(cleaned.exitCode, `after “${point}”: ${cleaned.stderr}`).toBe(EXIT.success);
  const alive = stillAlive(JSON.parse(await readFile(children, 'utf8')) as readonly KnownProcess[]);
  return [...difference(before, await takeInventory(place)), ...alive.map(({ command }) => `alive: ${command}`)];
}

function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { NODE_OPTIONS: `--import=${PRELOAD}`, TMPDIR: place.temporary, ...env };
}

function stageOf(all: readonly string[]): (point: string) => string {
  return (point) => {
    const at = all.indexOf(point);
    const stage = STAGES.find(([, until]) => at < all.findIndex((other) => other.endsWith(until)));
    return stage?.[0] ?? 'end';
  };
}
