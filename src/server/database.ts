import { sql } from 'kysely';
import { openCluster } from '../store/postgres/cluster.ts';
import type { Store, StoreHome } from '../store/store.ts';
import { type Loop, startLoop } from './loop.ts';

const EVERY_MS = 2000;

/**
 * Looks after the database. A private PostgreSQL that was killed is started again; one that is somebody else's is waited
 * for. Connections come back by themselves.
 */
export function guardDatabase(store: Store, home: StoreHome, log: (line: string) => void): Loop {
  return startLoop({
    name: 'database',
    everyMs: EVERY_MS,
    log,
    async round() {
      try {
        await sql`select 1`.execute(store.db);
      } catch (error: unknown) {
        if (home.kind !== 'private') throw error;
        const { how } = await openCluster(home.cluster);
        log(`database: did not answer, and was ${how === 'adopted' ? 'still there' : how}`);
        await sql`select 1`.execute(store.db);
      }
    },
  });
}
