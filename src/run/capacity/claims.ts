import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CodedError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { tryLock } from '../../base/lock.ts';
import type { Claim } from './judge-room.ts';

/** A claim as other runs see it. */
export interface PublicClaim extends Claim {
  /** False while its run waits. */
  readonly granted: boolean;
  /** Unix milliseconds at which it was made: who comes later has to leave room for it. */
  readonly madeAtMs: number;
}

/** A claim of our own. It ends with its disposal, or with this process. */
export interface OwnClaim extends AsyncDisposable {
  readonly madeAtMs: number;
  grant(): Promise<void>;
}

const ClaimFile = z.object({
  runId: z.string(),
  stackName: z.string(),
  need: z.object({ addresses: z.number(), memoryBytes: z.number(), diskBytes: z.number() }),
  place: z.object({ network: z.string(), disks: z.array(z.number()) }),
  granted: z.boolean(),
  madeAtMs: z.number(),
});

const SUFFIX = '.claim';

/**
 * What live runs of this host were granted or wait for. A claim is as alive as the kernel lock beside it, so a killed run
 * claims nothing; its files are removed on the way.
 */
export async function readClaims(hostLocks: string): Promise<PublicClaim[]> {
  const names = (await readdir(hostLocks).catch((): string[] => [])).filter((name) => name.endsWith(SUFFIX));
  const claims = await Promise.all(names.map((name) => readClaim(join(hostLocks, name))));
  return claims.filter((claim) => claim !== undefined);
}

async function readClaim(path: string): Promise<PublicClaim | undefined> {
  await using lock = await tryLock(lockPath(path));
  if (lock !== undefined) {
    await removeFiles(path);
    return undefined;
  }
  const text = await readFile(path, 'utf8').catch(() => undefined);
  // Gone since, because its run has ended; or of another version of ours, whose claims we cannot weigh.
  return text === undefined ? undefined : ClaimFile.safeParse(JSON.parse(text)).data;
}

/** Publishes a claim that waits. The lock is held before the file is there, so nobody takes it for dead. */
export async function publishClaim(hostLocks: string, claim: Claim): Promise<OwnClaim> {
  const path = join(hostLocks, `${claim.runId}${SUFFIX}`);
  const lock = await tryLock(lockPath(path));
  if (lock === undefined) {
    throw new CodedError({
      code: 'E_LOCK',
      message: `another process claims room for the run ${claim.runId}`,
      fault: 'cc-ci',
    });
  }
  const madeAtMs = Date.now();
  const write = (granted: boolean) =>
    writeFileAtomic(path, `${JSON.stringify({ ...claim, granted, madeAtMs } satisfies PublicClaim)}\n`);
  await write(false);
  return {
    madeAtMs,
    grant: () => write(true),
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
