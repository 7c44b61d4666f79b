import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { disown, stampDumps, unwrittenDumps } from '../../src/backup/fresh-dumps.ts';
import type { PlacedDump } from '../../src/backup/inspect-dumps.ts';
import type { BackupPlan } from '../../src/backup/types.ts';

function planOf(backupPre: string | undefined): BackupPlan {
  const hooks = { backupPre, backupPost: undefined, restorePre: undefined, restorePost: undefined };
  return {
    capable: true,
    services: [{ service: 'db', generation: 'v2', ...hooks }],
    volumes: [],
    uncovered: [],
    problems: [],
  };
}

const dumpAt = (hostPath: string): PlacedDump => ({ service: 'db', volume: 'v', path: 'x', source: 'label', hostPath });

test('a dump that the hook left as it was is told from one that it wrote, also where both hold the same', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cc-ci-dumps-'));
  try {
    const [one, other] = [join(directory, 'one.sql'), join(directory, 'other.sql')];
    await writeFile(one, 'same');
    await writeFile(other, 'same');
    const dumps = [dumpAt(one), dumpAt(other)];
    const before = await stampDumps(dumps);
    const unwritten = async (plan = planOf('/dump.sh')) => unwrittenDumps(plan, dumps, before, await stampDumps(dumps));

    expect(await unwritten()).toEqual([one, other]);
    expect(await unwritten(planOf(undefined))).toEqual([]);
    await writeFile(join(directory, 'new'), 'same');
    await rename(join(directory, 'new'), one);
    expect(await unwritten()).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a dump that was not written does not count, and says why', () => {
  const dump = { path: 'v:/one.sql', bytes: 4, kind: 'sql', parses: true, detail: 'complete' } as const;
  const report = { id: 's', files: 1, bytes: 4, dumps: [dump], canaries: [], missingPaths: [], liveCopies: [] };
  const volumes = [{ volume: 'v', name: 's_v', paths: undefined, mountedBy: [], root: '/volumes/v' }];
  expect(disown(report, [], volumes).dumps).toEqual([dump]);
  expect(disown(report, ['/volumes/v/one.sql'], volumes).dumps).toEqual([
    { ...dump, parses: false, stale: true, detail: 'the hook did not write it: it is from before this backup' },
  ]);
});
