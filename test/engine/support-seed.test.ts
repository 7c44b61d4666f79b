import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { openSecondEngine } from './support/second-engine.ts';
import { chainIds } from './support/seed.ts';

test('a chain of layers is named as the specification of images says', () => {
  const hash = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  expect(chainIds([])).toEqual([]);
  expect(chainIds(['sha256:a', 'sha256:b', 'sha256:c'])).toEqual([
    'sha256:a',
    hash('sha256:a sha256:b'),
    hash(`${hash('sha256:a sha256:b')} sha256:c`),
  ]);
});

test('an Engine of the tests has our images from the start, runs them, and what it does to them stays its own', async () => {
  const list = async (env: Readonly<Record<string, string>>) => {
    const { stdout } = await mustRun(['docker', 'images', '--quiet', '--no-trunc', '--filter', 'reference=cc-ci*/*'], {
      env,
    });
    return stdout.trim().split('\n').toSorted();
  };
  const before = await list({});
  {
    await using engine = await openSecondEngine();
    expect(await list(engine.env)).toEqual(before);
    const image = 'cc-ci-test/busybox:1';
    const said = await mustRun(['docker', 'run', '--rm', image, 'sh', '-c', 'rm /bin/sh && echo gone'], {
      env: engine.env,
    });
    expect(said.stdout).toBe('gone\n');
    await mustRun(['docker', 'image', 'rm', '--force', image], { env: engine.env });
  }
  expect(await list({})).toEqual(before);
  expect((await mustRun(['docker', 'run', '--rm', 'cc-ci-test/busybox:1', 'echo', 'whole'])).stdout).toBe('whole\n');
});
