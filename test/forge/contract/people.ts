import type { Forge, RepositoryName } from '../../../src/forge/types.ts';
import type { WatchedForge } from '../../../src/server/forges.ts';
import { BOT_SCOPES, must, openPull, openWork, type Stage, type Work } from '../support/stage.ts';

/** Who is on the stage of the contract, and their repository. */
export interface Cast {
  readonly stage: Stage;
  /** May write to the organisation's repositories. */
  readonly member: string;
  readonly stranger: string;
  /** In the organisation, and may only read. */
  readonly reader: string;
  /** Our own account: in the organisation, and may write. */
  readonly bot: string;
  readonly organisation: string;
  readonly botToken: string;
}

export async function openCast(stage: Stage): Promise<Cast> {
  const [member, stranger, reader, bot] = [
    await stage.addPerson('ada'),
    await stage.addPerson('mallory'),
    await stage.addPerson('rita'),
    await stage.addPerson('ccci'),
  ];
  const organisation = await stage.addOrganisation('recipes', { writers: [member, bot], readers: [reader] });
  return { stage, member, stranger, reader, bot, organisation, botToken: await stage.addToken(bot, BOT_SCOPES) };
}

/** A repository with a pull request of a branch `bump`, which is its number 1. */
export interface Notebook extends AsyncDisposable {
  readonly name: RepositoryName;
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly work: Work;
  readonly main: string;
  readonly bump: string;
  comment(login: string, body: string, number?: number): Promise<number>;
}

export async function openNotebook(
  { stage, member, organisation }: Cast,
  called: string,
  isPrivate = false,
): Promise<Notebook> {
  const name = await stage.addRepository(organisation, called, isPrivate);
  const path = `repos/${name.owner}/${name.name}`;
  const work = await openWork(stage, member, name);
  const main = await work.push('main', 'first');
  const bump = await work.push('bump', 'second');
  await openPull(stage, member, name, { head: 'bump', base: 'main' });
  return {
    name,
    path,
    work,
    main,
    bump,
    async comment(login, body, number = 1) {
      const made = await must(stage, login, 'POST', `${path}/issues/${number}/comments`, { body });
      return (made as { id: number }).id;
    },
    [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
  };
}

/** The forge as a server watches it that trusts the organisation. */
export function watching({ stage, organisation }: Cast, forge: Forge): WatchedForge {
  const trust = { organisation, allow: [] };
  return {
    forge,
    settings: { id: 'git', kind: 'gitea', url: stage.url, tokenFile: '', webhookSecretFiles: [], trust },
    me: () => undefined,
    identify: () => forge.whoAmI(),
    webhookSecrets: async () => [],
  };
}
