import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { storageError } from '../../src/base/storage-error.ts';

test('a full disk is said in words, and is a fault of the infrastructure', async () => {
  const error: unknown = await writeFile('/dev/full', 'x').catch((thrown: unknown) => thrown);
  expect(storageError(error)).toMatchObject({
    code: 'E_STORAGE',
    message: expect.stringContaining('the disk is full') as string,
    fault: 'infrastructure',
    evidence: [expect.stringContaining('ENOSPC')],
  });
});

test('of a copy the target is named, which is what cannot be written', () => {
  const error = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/from', dest: '/to' });
  expect(storageError(error)?.message).toBe('the disk is full: /to cannot be written');
});

test('what is no trouble with a disk stays what it is', () => {
  expect(storageError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBeUndefined();
  expect(storageError('ENOSPC')).toBeUndefined();
});
