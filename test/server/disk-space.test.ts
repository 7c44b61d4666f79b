import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { judgeDisk, readDiskSpace } from '../../src/server/disk-space.ts';

const MIB = 1024 ** 2;

test.each([
  ['is enough', 600 * MIB, 50_000, true],
  ['is enough where inodes are made as they are needed', 600 * MIB, undefined, true],
  ['has no room for bytes', 511 * MIB, 50_000, false],
  ['has no room for files', 600 * MIB, 9_999, false],
  ['is full', 0, 0, false],
])('a disk that %s', (_case, freeBytes, freeInodes, ok) => {
  const part = judgeDisk({ freeBytes, freeInodes });
  expect(part).toMatchObject({ name: 'disk', ok });
  expect(part.detail.includes('it needs 512.0 MiB and 10000 inodes')).toBe(!ok);
});

test('a disk is looked at where a path lies', async () => {
  const { freeBytes } = await readDiskSpace(tmpdir());
  expect(freeBytes).toBeGreaterThanOrEqual(0);
  await expect(readDiskSpace('/nowhere/at/all')).rejects.toThrow('ENOENT');
});
