import { CodedError } from '../base/errors.ts';
import { STATUS_CONTEXT } from './outbox/read-view.ts';
import type { Forge, RepositoryName, Sha } from './types.ts';

/** What cc-ci said of the commit that is a pull request's head now. */
export interface PullRequestStatus {
  /** `none`: nothing was said of this commit, whatever was said of others. */
  readonly colour: 'green' | 'red' | 'pending' | 'none';
  readonly sha: Sha;
  /** The state as the forge has it: an error is red, and no verdict. */
  readonly state: string | undefined;
  /** The run; empty where there is none. */
  readonly url: string;
}

/** Reads it from the forge alone; changes nothing. `E_PULL_REQUEST` when there is no such pull request. */
export async function readPullRequestStatus(
  forge: Pick<Forge, 'headOf' | 'statuses'>,
  name: RepositoryName,
  number: number,
): Promise<PullRequestStatus> {
  const sha = await forge.headOf(name, number);
  if (sha === undefined) {
    throw new CodedError({
      code: 'E_PULL_REQUEST',
      message: `${name.owner}/${name.name} has no pull request ${number}, or it may not be read`,
      fault: 'usage',
      hint: 'a repository that not everybody may read needs --token-file',
    });
  }
  const ours = (await forge.statuses(name, sha)).find(({ context }) => context === STATUS_CONTEXT);
  if (ours === undefined) return { colour: 'none', sha, state: undefined, url: '' };
  // What is neither of the two clear answers never shows as green.
  const colour = ours.state === 'success' ? 'green' : ours.state === 'pending' ? 'pending' : 'red';
  return { colour, sha, state: ours.state, url: ours.targetUrl };
}
