import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CodedError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { tryLock } from '../../base/lock.ts';
import type { Claim } from './judge-room.ts';

const ClaimFile = z.object({
  runId: z.string(),
  stackName: z.string(),
  need: z.object({ addresses: z.number(), memoryBytes: z.number(), diskBytes: z.number() }),
});

const SUFFIX = '.claim';

/**
 * What live runs of this host were granted. A claim is as alive as the kernel lock beside it, so a killed run claims nothing;
 * its files are removed on the way. Only for whoever holds the turn (`takeRoom`).
 */
export async function readClaims(hostLocks: string): Promise<Claim[]> {
  const names = (await readdir(hostLocks).catch((): string[] => [])).filter((name) => name.endsWith(SUFFIX));
  const claims = await Promise.all(names.map((name) => readClaim(join(hostLocks, name))));
  return claims.filter((claim) => claim !== undefined);
}

async function readClaim(path: string): Promise<Claim | undefined> {
  await using lock = await tryLock(lockPath(path));
  if (lock !== undefined) {
    await removeFiles(path);
    return undefined;
  }
  const text = await readFile(path, 'utf8').catch(() => undefined);
  // Gone since: its run has ended.
  return text === undefined ? undefined : ClaimFile.parse(JSON.parse(text));
}

/** Publishes a claim; it ends with its disposal, or with this process. */
export async function publishClaim(hostLocks: string, claim: Claim): Promise<AsyncDisposable> {
  const path = join(hostLocks, `${claim.runId}${SUFFIX}`);
  const lock = await tryLock(lockPath(path));
  if (lock === undefined) {
    throw new CodedError({
      code: 'E_LOCK',
      message: `another process claims room for the run ${claim.runId}`,
      fault: 'cc-ci',
    });
  }
  await writeFileAtomic(path, `${JSON.stringify(claim)}\n`);
  return {
    async [Symbol.asyncDispose]() {
      await removeFiles(path);
      await lock[Symbol.asyncDispose]();
    },
  };
}

/** While the lock is held; without its claim a lock file means nothing. */
async function removeFiles(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(lockPath(path), { force: true });
}

function lockPath(path: string): string {
  return `${path}.lock`;
}
