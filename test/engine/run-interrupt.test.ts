import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { drawSample } from '../support/draw.ts';
import { type Bench, openBench } from './support/cc-ci.ts';

/** A moment in the middle of each tier: the span that has begun and not ended. */
const MOMENTS = [
  { tier: 'install', span: 'converge' },
  { tier: 'upgrade', span: 'converge' },
  { tier: 'backup', span: 'backup' },
  { tier: 'restore', span: 'restore' },
  { tier: 'functional', span: 'tests' },
  { tier: 'lint', span: 'lint' },
] as const;

// One tier for each signal, all of them in a full run.
const INTERRUPTIONS = MOMENTS.flatMap((moment) =>
  (['SIGTERM', 'SIGKILL'] as const).map((signal) => ({ ...moment, signal })),
);
const chosen = drawSample(INTERRUPTIONS, {
  suite: 'interruptions',
  nameOf: ({ signal, tier }) => `${signal} in ${tier}`,
  groupOf: ({ signal }) => signal,
});

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench[Symbol.asyncDispose]());

const begun = (tier: string, span: string) =>
  bench.event((event) => event.event === 'begin' && event.name === span && event.tier === tier);

describe.each(chosen)('$signal in the middle of $tier', ({ signal, tier, span }) => {
  test('leaves nothing behind', async () => {
    const run = bench.start(['test', '--json', bench.example('static-site')]);
    const runId = await begun(tier, span);
    run.child.kill(signal);
    const { exitCode, stdout } = await run.ended;
    if (signal === 'SIGTERM') {
      expect(exitCode).toBe(EXIT.cancelled);
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'cancelled', residue: [] });
    } else {
      expect(exitCode).toBeNull();
      const cleaned = await bench.run(['clean', '--json']);
      expect(cleaned.exitCode, cleaned.stderr).toBe(EXIT.success);
      expect(JSON.parse(cleaned.stdout)).toMatchObject({ cleaned: [{ runId, how: 'journal', residue: [] }], live: [] });
    }
    expect(await bench.leftovers()).toEqual([]);
    expect((await bench.run(['clean'])).stdout).toBe('nothing to clean\n');
  });
});

test('a kept app stays until it is asked for by name, and its credentials are for its owner only', async () => {
  const { exitCode, stderr } = await bench.test([bench.example('static-site'), '--tiers', 'install', '--keep']);
  expect(exitCode, stderr).toBe(EXIT.success);
  const [runId = ''] = await bench.runIds();
  const credentials = await stat(join(bench.state, 'runs', runId, 'credentials.json'));
  expect(credentials.mode & 0o777).toBe(0o600);
  await bench.run(['clean']);
  expect(await bench.leftovers()).toContainEqual(expect.stringMatching(/^service .*_app$/));
  expect((await bench.run(['clean', '--kept', runId])).exitCode).toBe(EXIT.success);
  expect(await bench.leftovers()).toEqual([]);
});

test('two runs of one commit go side by side, and neither janitor takes them for dead', async () => {
  await using other = await openBench();
  const both = [1, 2].map(() => bench.start(['test', '--json', bench.example('static-site')]));
  const runId = await begun('upgrade', 'converge');
  const own = await bench.run(['clean', '--json']);
  expect((JSON.parse(own.stdout) as { live: string[] }).live).toContain(runId);
  const foreign = await other.run(['clean', '--json']);
  expect(foreign.stdout).not.toContain(`"how": "labels"`);
  for (const { ended } of both) {
    const { exitCode, stdout, stderr } = await ended;
    expect(exitCode, stderr).toBe(EXIT.success);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'success', level: 5 });
  }
  expect(await bench.leftovers()).toEqual([]);
});
