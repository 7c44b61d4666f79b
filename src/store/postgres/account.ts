import { readFile } from 'node:fs/promises';
import { CodedError } from '../../base/errors.ts';
import type { Account } from './cluster.ts';

/** The system account that runs the private PostgreSQL when we are root: PostgreSQL refuses root. Debian's package makes it. */
const ACCOUNT = 'postgres';

/** The account to run it with; undefined where we are not root and run it ourselves. */
export async function postgresAccount(
  uid = process.getuid?.() ?? 0,
  passwd = '/etc/passwd',
): Promise<Account | undefined> {
  if (uid !== 0) return undefined;
  const line = (await readFile(passwd, 'utf8')).split('\n').find((entry) => entry.startsWith(`${ACCOUNT}:`));
  const [, , accountUid, gid] = line?.split(':') ?? [];
  if (accountUid !== undefined && gid !== undefined)
    return { name: ACCOUNT, uid: Number(accountUid), gid: Number(gid) };
  throw new CodedError({
    code: 'E_POSTGRES_ACCOUNT',
    message: `there is no account ${ACCOUNT} to run the server's PostgreSQL with, and root may not`,
    fault: 'usage',
    hint: 'install the package `postgresql`, which makes it, or set DATABASE_URL',
  });
}
