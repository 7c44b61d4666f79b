import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Forge, ForgeUser } from './types.ts';

/** Who may give commands; nobody else, and nobody for whom the forge gives no clear yes. */
export interface Trust {
  /** Its members are trusted: a name, or a name and a number as in `recipes#7`. */
  readonly organisation: string | undefined;
  /** Accounts that are trusted without asking about a membership, named likewise. */
  readonly allow: readonly string[];
}

/** What is needed to tell who is who. */
export interface TrustParts {
  readonly db: Kysely<Tables>;
  readonly note?: ((sentence: string) => void) | undefined;
}

/** The name in what the settings say of an account, without its number. */
export function accountName(given: string): string {
  return given.split('#')[0] ?? '';
}

/**
 * Whether somebody may give commands. Asked at that moment, of the forge itself; nothing that a delivery says about a person
 * counts, nor does a name: who gives up a name leaves it to whoever takes it next. Rejects when the forge does not answer.
 */
export async function isTrusted(
  parts: TrustParts,
  { forge, trust }: { readonly forge: Forge; readonly trust: Trust },
  author: ForgeUser,
): Promise<boolean> {
  for (const given of trust.allow) {
    const id = await idOf(parts, forge, given, 'account');
    if (id === author.id) return true;
    if (id !== undefined && accountName(given) === author.login) warn(parts, forge, given, id, author.id);
  }
  const { organisation } = trust;
  if (organisation === undefined) return false;
  const name = accountName(organisation);
  if (!(await forge.isMember(name, author.login))) return false;
  // Who has the name now is who was asked about; and it is that one's comment.
  if ((await forge.account(author.login))?.id !== author.id) return false;
  const [id, now] = [await idOf(parts, forge, organisation, 'organisation'), await forge.organisationId(name)];
  if (id === undefined || now === undefined) return false;
  if (id !== now) warn(parts, forge, organisation, id, now);
  return id === now;
}

/** Notes who is meant by each name in the settings, so that it is known before anybody takes a name over. */
export async function pinAccounts(parts: TrustParts, forge: Forge, { organisation, allow }: Trust): Promise<void> {
  for (const given of allow) await idOf(parts, forge, given, 'account');
  if (organisation !== undefined) await idOf(parts, forge, organisation, 'organisation');
}

/** The number of who is meant: the one that the settings give, or that of who had the name when it was first seen here. */
async function idOf(
  { db }: TrustParts,
  forge: Forge,
  given: string,
  kind: 'account' | 'organisation',
): Promise<number | undefined> {
  const [name = '', number] = given.split('#');
  if (number !== undefined) return Number(number);
  const known = () =>
    db
      .selectFrom('pinned_accounts')
      .select('account_id')
      .where('forge', '=', forge.id)
      .where('name', '=', `${kind} ${name}`)
      .executeTakeFirst();
  const before = await known();
  if (before !== undefined) return before.account_id;
  const id = kind === 'account' ? (await forge.account(name))?.id : await forge.organisationId(name);
  if (id === undefined) return undefined;
  await db
    .insertInto('pinned_accounts')
    .values({ forge: forge.id, name: `${kind} ${name}`, account_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await known())?.account_id;
}

function warn({ note }: TrustParts, forge: Forge, given: string, meant: number, now: number): void {
  const name = accountName(given);
  note?.(
    `forge ${forge.id}: somebody else is called ${name} now (number ${now}), and gives no commands: the settings mean number ${meant}, who had the name first. Write ${name}#${now} there if that one is meant`,
  );
}
