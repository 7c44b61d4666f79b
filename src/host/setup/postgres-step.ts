import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { choosePostgres, findPostgres } from '../../store/postgres/binaries.ts';
import type { SetupContext } from './context.ts';
import { installPackages } from './packages.ts';
import type { CheckedStep } from './step.ts';

/** Read by Debian's packages when a PostgreSQL is installed. */
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d';

/** Step: the PostgreSQL of the server, from Debian. The cluster that its package would make and start is not wanted. */
export function postgresStep(context: SetupContext): CheckedStep {
  return {
    name: 'postgresql',
    async check() {
      const installed = await findPostgres();
      const [newest] = installed;
      if (newest === undefined) return { ok: false, detail: 'PostgreSQL is not installed' };
      return { ok: true, detail: `PostgreSQL ${choosePostgres(installed, undefined).major} is there` };
    },
    async act() {
      context.say('installing postgresql');
      await mkdir(NO_CLUSTER, { recursive: true });
      await writeFile(join(NO_CLUSTER, 'cc-ci.conf'), 'create_main_cluster = false\n');
      await installPackages(['postgresql']);
      return 'installed postgresql; it runs nothing by itself';
    },
  };
}
