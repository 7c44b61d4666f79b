import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One directory for all that the tests of this call make below the system's temporary one, removed at the end: hundreds
 * of them, also those of processes that a test kills.
 */
export async function setup(): Promise<() => Promise<void>> {
  const before = process.env['TMPDIR'];
  const scratch = await mkdtemp(join(tmpdir(), 'cc-ci-'));
  // Unprivileged accounts (PostgreSQL's, the sandbox's) work in it, as they do in /tmp.
  await chmod(scratch, 0o1777);
  process.env['TMPDIR'] = scratch;
  return async () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(scratch, { recursive: true, force: true });
  };
}
