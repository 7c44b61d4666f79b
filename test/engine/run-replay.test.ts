import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanForSecrets } from '../../src/results/leak-scan.ts';
import type { RunResults } from '../../src/results/schema.ts';
import { type Bench, openBench } from './support/cc-ci.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});

afterAll(() => bench[Symbol.asyncDispose]());

interface ReplayDocument {
  readonly same: boolean;
  readonly differences: readonly unknown[];
  readonly before: RunResults;
  readonly after: RunResults;
}

async function planOf(runId: string): Promise<{ readonly seed: string; readonly stackName: string }> {
  return JSON.parse(await readFile(join(bench.state, 'runs', runId, 'plan.json'), 'utf8'));
}

describe('a red run', () => {
  it('has the same cause when it is made again where its repository is gone', async () => {
    const source = bench.example('static-site');
    const red = await bench.test([source, '--ref', 'broken-install', '--tiers', 'install']);
    expect(red, red.stderr).toMatchObject({ exitCode: 1, results: { verdict: 'failure', level: 0 } });
    await rm(source, { recursive: true });

    const again = await bench.run(['replay', 'last', '--json']);
    expect(again, again.stderr).toMatchObject({ exitCode: 0 });
    const replay = JSON.parse(again.stdout) as ReplayDocument;
    expect(replay).toMatchObject({ same: true, differences: [] });
    expect(replay.after.findings[0]).toMatchObject({ code: 'healthcheck-failing', tier: 'install', service: 'app' });
    expect(replay.after.recipe).toMatchObject({ name: 'static-site', commit: red.results?.recipe.commit });
    expect(replay.after.runId).not.toBe(replay.before.runId);
    expect((await planOf(replay.after.runId)).seed).toBe(replay.before.runId);
    expect(await bench.leftovers()).toStrictEqual([]);

    const told = await bench.run(['explain', replay.before.runId]);
    expect(told).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('the climb ends here: install failed') });
    const logs = await bench.run(['logs', replay.before.runId, 'app']);
    expect(logs).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^app \| .*nginx/m) });
  });
});

describe('a kept app', () => {
  it('can be entered, read and opened until it is removed, and its secrets are in no bundle', async () => {
    const kept = await bench.test([bench.example('notebook'), '--tiers', 'install', '--keep']);
    expect(kept, kept.stderr).toMatchObject({ exitCode: 0 });
    const runId = kept.results?.runId ?? '';
    const directory = join(bench.state, 'runs', runId);

    const shell = await bench.run(['shell', runId, 'db', '--', 'sh', '-c', 'echo inside; exit 7']);
    expect(shell, shell.stderr).toMatchObject({ exitCode: 7, stdout: 'inside\n' });
    const logs = await bench.run(['logs', runId, 'db']);
    expect(logs.stdout).toContain((await planOf(runId)).stackName);
    const open = await bench.run(['open', runId, '--no-browser']);
    expect(open.stdout).toContain(join(directory, 'credentials.json'));
    expect(open.stdout).toContain(`cc-ci clean --kept ${runId}`);

    const { secrets } = JSON.parse(await readFile(join(directory, 'credentials.json'), 'utf8')) as {
      readonly secrets: Readonly<Record<string, string>>;
    };
    expect(Object.keys(secrets)).not.toHaveLength(0);
    expect(await readdir(join(directory, 'bundle'))).toContain('recipe.bundle');
    expect(await scanForSecrets(join(directory, 'bundle'), Object.values(secrets))).toStrictEqual([]);

    expect(await bench.run(['clean', '--kept', runId])).toMatchObject({ exitCode: 0 });
    expect(await bench.run(['shell', runId])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('E_NOT_UP'),
    });
    expect(await bench.leftovers()).toStrictEqual([]);
  });
});
