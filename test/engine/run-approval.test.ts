import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { type Bench, openBench } from './support/cc-ci.ts';
import { makeTinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench[Symbol.asyncDispose]());

test('what a pull request brings is not run before that very commit is approved (RT-32)', async () => {
  await using recipe = await makeTinyRecipe('reach');
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1') }, '1.0.0+1');
  const socket = '    volumes: ["/var/run/docker.sock:/sock:ro"]\n';
  const program = "import { test } from 'node:test';\ntest('x', () => undefined);\n";
  await recipe.release({ 'compose.yml': tinyCompose('2.0.0+2', { more: socket }), 'tests/a.test.ts': program });
  const commitOf = async (ref: string) => (await mustRun(['git', 'rev-parse', ref], { cwd: recipe.dir })).stdout.trim();
  const [merged, head] = [await commitOf('HEAD~1'), await commitOf('HEAD')];
  const ask = (approved: string) =>
    bench.run([
      'test',
      '--json',
      '--tiers=install',
      '--require-approval',
      `--trusted=${merged}`,
      `--approved=${approved}`,
      recipe.dir,
    ]);

  const refused = await ask(merged);
  expect(refused.exitCode, refused.stderr).toBe(EXIT.approval);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    code: 'E_NEEDS_APPROVAL',
    commit: head,
    findings: [
      { id: 'services.app.volumes=/var/run/docker.sock:/sock:ro', file: 'compose.yml', service: 'app' },
      { id: 'tests', file: 'tests' },
    ],
  });
  expect(refused.stderr).toContain('nothing was touched');
  expect(await bench.leftovers()).toEqual([]);
  // It came to no plan, and so to no step.
  const [runId = ''] = await bench.runIds();
  expect(await readdir(join(bench.state, 'runs', runId))).not.toContain('plan.json');

  const approved = await ask(head);
  expect(approved.exitCode, approved.stderr).toBe(EXIT.success);
  expect(await bench.leftovers()).toEqual([]);
});
