import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { type LockWait, waitForLock } from '../base/wait-for-lock.ts';
import type { StatePaths } from '../config/paths.ts';
import { stackNameFor } from '../recipe/names.ts';

/**
 * Keeps a domain that was asked for to one run at a time, from before its plan looks whether the name is free until its
 * teardown; a run that asks for the same one waits (RT-28). A run's own domain is made of its id and needs no lock.
 * `E_STACK_BUSY` when it is not free in time.
 */
export async function lockDomain(
  paths: StatePaths,
  domain: string | undefined,
  wait: LockWait,
): Promise<AsyncDisposable> {
  const held = new AsyncDisposableStack();
  if (domain === undefined) return held;
  const lock = await waitForLock(join(paths.locks, `stack-${stackNameFor(domain)}.lock`), wait);
  if (lock !== undefined) {
    held.use(lock);
    held.defer(() => lock.removeFile());
    return held;
  }
  throw new CodedError({
    code: 'E_STACK_BUSY',
    message: `another run uses the domain ${domain}`,
    fault: 'usage',
    hint: 'wait for it to end, or leave out --domain: every run then has one of its own',
  });
}
