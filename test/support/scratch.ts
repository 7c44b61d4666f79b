import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One directory for all that the tests of this call make below the system's temporary one, removed at the end: hundreds
 * of them, also those of processes that a test kills. Where `npm test` has begun the call there is one already.
 */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['CC_CI_TEST_SCRATCH'] !== undefined) return async () => undefined;
  const scratch = await makeScratch();
  process.env['TMPDIR'] = scratch;
  // Nothing of a test is ever among the user's runs.
  process.env['CC_CI_STATE'] ??= join(scratch, 'state');
  process.env['CC_CI_HOST_LOCKS'] ??= join(scratch, 'host-locks');
  return () => rm(scratch, { recursive: true, force: true });
}

/** A new directory for temporary files. Unprivileged accounts (PostgreSQL's, the sandbox's) work in it, as they do in /tmp. */
export async function makeScratch(): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'cc-ci-'));
  await chmod(scratch, 0o1777);
  return scratch;
}
