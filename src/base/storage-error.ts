import { CodedError } from './errors.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EIO: 'the disk does not work',
};

/**
 * Makes an error of the file system, as Node throws it, one that says what the matter is and whose: `E_STORAGE`, a fault of the
 * infrastructure. Undefined for every other error.
 */
export function storageError(error: unknown): CodedError | undefined {
  if (!(error instanceof Error) || error instanceof CodedError || !('code' in error)) return undefined;
  const sentence = SENTENCES[String(error.code)];
  if (sentence === undefined) return undefined;
  const target = 'dest' in error ? error.dest : 'path' in error ? error.path : undefined;
  const path = typeof target === 'string' ? `: ${target} cannot be written` : '';
  return new CodedError({
    code: 'E_STORAGE',
    message: `${sentence}${path}`,
    fault: 'infrastructure',
    hint: 'make room where runs are kept (`cc-ci runs` lists them), or set CC_CI_STATE to another disk',
    evidence: [error.message],
    cause: error,
  });
}
