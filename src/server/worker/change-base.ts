import type { StatePaths } from '../../config/paths.ts';
import type { Lease, Outcome } from '../../queue/types.ts';
import { DEFAULT_BRANCH } from '../../recipe/git/mirror.ts';
import { findCommit, findMergeBase } from '../../recipe/git/repository.ts';
import { mirrorOf } from './fetch-head.ts';

/**
 * The commit that a red request's change was made on: where it left the branch that it is to be merged into, as that was
 * when it was fetched. The branch's tip may hold other changes, of which this one would be blamed for the lack. Undefined
 * where there is none, or where the request needs none.
 */
export async function changeBase(
  paths: Pick<StatePaths, 'state'>,
  { request, subject }: Lease,
  { verdict }: Pick<Outcome, 'verdict'>,
): Promise<string | undefined> {
  if (verdict !== 'failure' || subject === 'base') return undefined;
  const repository = { gitDir: mirrorOf(paths, request) };
  const { into } = request.options;
  const tip = await findCommit(repository, into === undefined ? DEFAULT_BRANCH : `refs/heads/${into}`);
  const base = tip === undefined ? undefined : await findMergeBase(repository, tip, request.sha);
  return base === request.sha ? undefined : base;
}
