import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { type Lock, tryLock } from '../base/lock.ts';
import type { StatePaths } from '../config/paths.ts';

/** Keeps a state directory to one server at a time. `E_SERVER_RUNNING` when there is one. */
export async function lockServer(paths: StatePaths): Promise<Lock> {
  const lock = await tryLock(join(paths.locks, 'server.lock'));
  if (lock !== undefined) return lock;
  throw new CodedError({
    code: 'E_SERVER_RUNNING',
    message: `a server runs on ${paths.state} already`,
    fault: 'usage',
    hint: 'CC_CI_STATE names another directory for another server',
  });
}
