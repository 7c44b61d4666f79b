import type { AppData } from '../app-data.ts';
import type { Canary } from '../types.ts';
import { type CanaryHandler, CHANGED, type Habitat, judgeHalves, makeCanary, volumeOf } from './kind.ts';
import { environmentOf, queryService, readLines, readPairs, runsServer } from './query.ts';

/**
 * The client as root, or as the app's own user where root has no password that anybody knows (`$1`). Passwords are read
 * inside the container, from its environment or its secrets, and never leave it.
 */
const CLIENT = `
value() { eval "v=\\\${$1:-}"; [ -n "$v" ] || { eval "f=\\\${$1_FILE:-}"; [ -z "$f" ] || v=$(cat "$f"); }; printf %s "$v"; }
first() { for name; do v=$(value "$name"); [ -z "$v" ] || { printf %s "$v"; return; }; done; }
client=$(command -v mariadb || command -v mysql) || { echo "no client: neither mariadb nor mysql" >&2; exit 127; }
if [ "$1" = root ]; then user=root; MYSQL_PWD=$(first MARIADB_ROOT_PASSWORD MYSQL_ROOT_PASSWORD)
else user=$(first MARIADB_USER MYSQL_USER); MYSQL_PWD=$(first MARIADB_PASSWORD MYSQL_PASSWORD); fi
export MYSQL_PWD
exec "$client" --user="$user" --batch --skip-column-names --default-character-set=utf8mb4
`;

const SERVERS = ['mariadb', 'mysql', 'percona'];
const COLUMNS = '(id VARCHAR(8) PRIMARY KEY, token VARCHAR(64) NOT NULL)';
const SYSTEM = new Set(['information_schema', 'performance_schema', 'mysql', 'sys']);

/** A table with two rows in every database of a MariaDB or MySQL server. */
export const mysqlCanaries: CanaryHandler = {
  kind: 'mysql',
  async detect(habitat, service) {
    return (await isServer(habitat, service)) ? await detectIn(habitat, service) : [];
  },
  async plant(data, canary) {
    const rows = `('a', '${canary.token}'), ('b', '${canary.token}')`;
    await ask(data, canary, `CREATE TABLE ${table(canary)} ${COLUMNS}; INSERT INTO ${table(canary)} VALUES ${rows};`);
  },
  async check(data, canary) {
    return judgeHalves(canary, readPairs(await ask(data, canary, `SELECT id, token FROM ${table(canary)};`)));
  },
  async destroy(data, canary) {
    await ask(
      data,
      canary,
      `CREATE TABLE IF NOT EXISTS ${table(canary)} ${COLUMNS};
      UPDATE ${table(canary)} SET token = '${CHANGED}' WHERE id = 'a';
      DELETE FROM ${table(canary)} WHERE id = 'b';`,
    );
  },
};

/** By its image, or by a volume where the server keeps its data and the password that the common images ask for. */
async function isServer(habitat: Habitat, service: string): Promise<boolean> {
  if (await runsServer(habitat.data, service, SERVERS)) return true;
  if (volumeOf(habitat, service, '/var/lib/mysql') === undefined) return false;
  const names = Object.keys(await environmentOf(habitat.data, service));
  return names.some((name) => /^(?:MARIADB|MYSQL)_(?:RANDOM_)?ROOT_PASSWORD(?:_FILE)?$/.test(name));
}

async function detectIn(habitat: Habitat, service: string): Promise<Canary[]> {
  const { data } = habitat;
  const user = await workingUser(data, service);
  const directory = (await sql(data, service, user, 'SELECT @@datadir;')).trim();
  const volume = volumeOf(habitat, service, directory)?.volume;
  return readLines(await sql(data, service, user, 'SHOW DATABASES;'))
    .filter((name) => !SYSTEM.has(name) && !name.startsWith('#'))
    .map((name) =>
      makeCanary(habitat, 'mysql', service, volume, `mysql ${name}.cc_ci_canary`, { database: name, directory, user }),
    );
}

async function workingUser(data: AppData, service: string): Promise<string> {
  try {
    await sql(data, service, 'root', 'SELECT 1;');
    return 'root';
  } catch (error: unknown) {
    try {
      await sql(data, service, 'app', 'SELECT 1;');
      return 'app';
    } catch {
      throw error;
    }
  }
}

function table(canary: Canary): string {
  return `\`${(canary.detail['database'] ?? '').replaceAll('`', '``')}\`.cc_ci_canary`;
}

async function ask(data: AppData, canary: Canary, text: string): Promise<string> {
  return await sql(data, canary.service, canary.detail['user'] ?? 'root', text);
}

async function sql(data: AppData, service: string, user: string, text: string): Promise<string> {
  return await queryService(data, service, CLIENT, [user], { stdin: text });
}
