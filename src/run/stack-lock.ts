import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { tryLock } from '../base/lock.ts';
import type { StatePaths } from '../config/paths.ts';
import { stackNameFor } from '../recipe/names.ts';

/**
 * Keeps a domain that was asked for to one run at a time, from before its plan looks whether the name is free until its
 * teardown. A run's own domain is made of its id and needs no lock. `E_STACK_BUSY` when another run holds it.
 */
export async function lockDomain(paths: StatePaths, domain: string | undefined): Promise<AsyncDisposable> {
  const held = new AsyncDisposableStack();
  if (domain === undefined) return held;
  const lock = await tryLock(join(paths.locks, `stack-${stackNameFor(domain)}.lock`));
  if (lock !== undefined) {
    held.use(lock);
    return held;
  }
  throw new CodedError({
    code: 'E_STACK_BUSY',
    message: `another run uses the domain ${domain}`,
    fault: 'usage',
    hint: 'wait for it to end, or leave out --domain: every run then has one of its own',
  });
}
