import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { writeFileAtomic } from '../../base/files.ts';
import { tryLock } from '../../base/lock.ts';
import type { StatePaths } from '../../config/paths.ts';
import { tellRequest } from '../../forge/outbox/tell.ts';
import { takeBackFrom } from '../../queue/requests.ts';
import { retireWorker } from '../../queue/workers.ts';
import type { Tables } from '../../store/schema.ts';

/** The place of a worker on its host: whoever has it knows that those who had it before are gone. */
export interface WorkerPlace extends AsyncDisposable {
  /** Remembers who works here now. */
  enter(workerId: number): Promise<void>;
  /**
   * Takes back at once what a worker of this place had that was killed: the place being free is proof of its end, and its lease
   * need not be waited for. Returns the requests that wait again.
   */
  takeOver(db: Kysely<Tables>): Promise<readonly number[]>;
}

/** Takes the place of a worker of this name. Where another one lives here, nothing is taken over and nothing remembered. */
export async function takePlace(paths: StatePaths, name: string): Promise<WorkerPlace> {
  const key = name.replaceAll(/[^A-Za-z0-9.-]/g, '_');
  const lock = await tryLock(join(paths.locks, `worker-${key}`));
  const file = join(paths.state, `worker-${key}`);
  return {
    async enter(workerId) {
      if (lock !== undefined) await writeFileAtomic(file, `${workerId}\n`);
    },
    async takeOver(db) {
      const former = lock === undefined ? Number.NaN : Number(await readFile(file, 'utf8').catch(() => 'nobody'));
      if (!Number.isSafeInteger(former)) return [];
      // In another database, one that was restored say, the number may be somebody else's.
      const known = await db
        .selectFrom('workers')
        .select('id')
        .where('id', '=', former)
        .where('name', '=', name)
        .executeTakeFirst();
      if (known === undefined) return [];
      await retireWorker(db, former);
      return (await takeBackFrom(db, former, tellRequest)).map(({ requestId }) => requestId);
    },
    async [Symbol.asyncDispose]() {
      await lock?.[Symbol.asyncDispose]();
    },
  };
}
