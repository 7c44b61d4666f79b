import { accountName } from '../forge/trust.ts';
import type { ForgeRepository } from '../forge/types.ts';
import type { WatchedForge } from './forges.ts';

/** What our account may do on a repository, and what the server can do there. */
export interface Rights {
  readonly login: string;
  /** False: no commit statuses, as Gitea and Forgejo let only those set one who may push. Reports are comments then. */
  readonly statuses: boolean;
  /** False: the forge does not tell us who is a member, so that nobody of the organisation is trusted. */
  readonly membership: boolean;
  /** What is missing, and what follows from it; one sentence each. */
  readonly missing: readonly string[];
  /** True when nobody could give a command. */
  readonly nobodyTrusted: boolean;
}

/** Asks the forge what our account may do there. Rejects with its answer when it does not let us ask. */
export async function lookAtRights(watched: WatchedForge, repository: ForgeRepository): Promise<Rights> {
  const { forge, settings } = watched;
  const me = await watched.identify();
  const { allow } = settings.trust;
  const organisation = settings.trust.organisation && accountName(settings.trust.organisation);
  // Whoever is outside of an organisation is not told who is inside, not even about themselves.
  const membership = organisation !== undefined && (await forge.isMember(organisation, me.login));
  const statuses = repository.permissions.push;
  const full = `${repository.owner}/${repository.name}`;
  const missing: string[] = [];
  if (!statuses) {
    missing.push(
      `${me.login} may not write to ${full}, and the forge lets nobody else set a commit status: the server reports there by comments only. To have statuses, give it write permission and protect the branches.`,
    );
  }
  if (organisation !== undefined && !membership) {
    missing.push(
      `${me.login} is not a member of ${organisation}, so the forge does not tell it who is: commands of members are not obeyed. Make it a member, in a team that may read.`,
    );
  }
  if (organisation === undefined && allow.length === 0) {
    missing.push(`the settings of forge ${settings.id} trust nobody: set trust.organisation or trust.allow.`);
  }
  return { login: me.login, statuses, membership, missing, nobodyTrusted: !membership && allow.length === 0 };
}
