import type { AppData } from '../app-data.ts';
import type { Canary } from '../types.ts';
import { type CanaryHandler, CHANGED, type Habitat, judgeHalves, makeCanary, volumeOf } from './kind.ts';
import { environmentOf, queryService, readLines, readPairs, runsServer } from './query.ts';

/** psql as the cluster's superuser, over the local socket. A password stays inside the container. `$1` is the database. */
const PSQL = `
user=\${POSTGRES_USER:-}
[ -n "$user" ] || { [ -n "\${POSTGRES_USER_FILE:-}" ] && user=$(cat "$POSTGRES_USER_FILE"); }
[ -n "$user" ] || user=postgres
password=\${POSTGRES_PASSWORD:-}
[ -n "$password" ] || { [ -n "\${POSTGRES_PASSWORD_FILE:-}" ] && password=$(cat "$POSTGRES_PASSWORD_FILE"); }
[ -z "$password" ] || export PGPASSWORD="$password"
exec psql -X -q -A -t -w -v ON_ERROR_STOP=1 -U "$user" -d "$1" -f -
`;

/** Which service runs a PostgreSQL server: by the name of its image or the variables of the official one. */
const SERVERS = [
  'postgres',
  'postgresql',
  'postgis',
  'pgvector',
  'timescaledb',
  'pgautoupgrade',
  'vectorchord',
  'vchord',
];

const COLUMNS = '(id text PRIMARY KEY, token text NOT NULL)';

/**
 * The table is given to the owner of its database and may be read by all: a dump that is made as the application's own
 * role must not fail at a table of ours.
 */
const PLANT = (token: string) => `
CREATE TABLE public.cc_ci_canary ${COLUMNS};
INSERT INTO public.cc_ci_canary VALUES ('a', '${token}'), ('b', '${token}');
GRANT SELECT ON public.cc_ci_canary TO PUBLIC;
DO $$ BEGIN
  EXECUTE format('ALTER TABLE public.cc_ci_canary OWNER TO %I',
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()));
END $$;
`;

/** Databases that hold tables, or are the one that the image was asked to make. */
const HAS_TABLES = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';`;

/** A table with two rows in every database of a PostgreSQL server that holds the app's data. */
export const postgresCanaries: CanaryHandler = {
  kind: 'postgres',
  async detect(habitat, service) {
    return (await isServer(habitat.data, service)) ? await detectIn(habitat, service) : [];
  },
  async plant(data, canary) {
    await sql(data, canary.service, database(canary), PLANT(canary.token), canary.detail['osUser']);
  },
  async check(data, canary) {
    const rows = await ask(data, canary, 'SELECT id, token FROM public.cc_ci_canary;');
    return judgeHalves(canary, readPairs(rows));
  },
  async destroy(data, canary) {
    await ask(
      data,
      canary,
      `BEGIN;
      CREATE TABLE IF NOT EXISTS public.cc_ci_canary ${COLUMNS};
      UPDATE public.cc_ci_canary SET token = '${CHANGED}' WHERE id = 'a';
      DELETE FROM public.cc_ci_canary WHERE id = 'b';
      COMMIT;`,
    );
  },
};

/** An app is often told about its database by the variables of the image; only a server has the directory. */
async function isServer(data: AppData, service: string): Promise<boolean> {
  if (await runsServer(data, service, SERVERS)) return true;
  return (await environmentOf(data, service))['PGDATA'] !== undefined;
}

async function detectIn(habitat: Habitat, service: string): Promise<Canary[]> {
  const { data } = habitat;
  const osUser = await superuser(data, service);
  const listing = `SELECT datname FROM pg_database WHERE NOT datistemplate AND datallowconn ORDER BY datname;`;
  const databases = readLines(await sql(data, service, 'postgres', listing, osUser));
  const directory = (await sql(data, service, 'postgres', 'SHOW data_directory;', osUser)).trim();
  const volume = volumeOf(habitat, service, directory)?.volume;
  const own = (await environmentOf(data, service))['POSTGRES_DB'];
  const canaries: Canary[] = [];
  for (const name of databases) {
    const tables = Number(await sql(data, service, name, HAS_TABLES, osUser));
    if (tables === 0 && name !== own && databases.length > 1) continue;
    const where = `postgres ${name}.public.cc_ci_canary`;
    canaries.push(makeCanary(habitat, 'postgres', service, volume, where, { database: name, directory, osUser }));
  }
  return canaries;
}

/** The user of the container under which psql gets in: the image's own, or `postgres` where the socket asks for it. */
async function superuser(data: AppData, service: string): Promise<string> {
  try {
    await sql(data, service, 'postgres', 'SELECT 1;', '');
    return '';
  } catch (error: unknown) {
    try {
      await sql(data, service, 'postgres', 'SELECT 1;', 'postgres');
      return 'postgres';
    } catch {
      throw error;
    }
  }
}

function database(canary: Canary): string {
  return canary.detail['database'] ?? 'postgres';
}

async function ask(data: AppData, canary: Canary, text: string): Promise<string> {
  return await sql(data, canary.service, database(canary), text, canary.detail['osUser']);
}

async function sql(
  data: AppData,
  service: string,
  name: string,
  text: string,
  osUser: string | undefined,
): Promise<string> {
  const user = osUser === '' ? undefined : osUser;
  return await queryService(data, service, PSQL, [name], { stdin: text, user });
}
