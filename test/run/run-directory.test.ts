import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimRunDirectory, runDirectory } from '../../src/run/run-directory.ts';

test('a directory that holds a run is not used for another', async () => {
  const out = await mkdtemp(join(tmpdir(), 'cc-ci-out-'));
  const paths = { state: out, runs: out, locks: out, hostLocks: out, cache: out, tls: out };
  try {
    await claimRunDirectory(runDirectory(paths, 'first', out));

    await expect(claimRunDirectory(runDirectory(paths, 'second', out))).rejects.toMatchObject({
      code: 'E_OUT_TAKEN',
      fault: 'usage',
    });
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
