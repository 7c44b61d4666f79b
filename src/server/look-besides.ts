import type { Bridge } from '../forge/bridge.ts';
import type { RepositoryName } from '../forge/types.ts';
import { answerUnenrolled, type Unenrolled } from '../forge/unenrolled.ts';
import type { WatchedForge } from './forges.ts';

/**
 * Makes the round that looks for commands in the organisation's repositories that are not enrolled. It begins with now: it
 * is a courtesy, and remembers nothing across a start. Where no organisation is trusted it looks at nothing.
 */
export function lookBesides(
  bridge: Bridge,
  { forge, settings, identify }: WatchedForge,
  unenrolled: (forgeId: string, repositoryId: number, name: RepositoryName) => Unenrolled | undefined,
): () => Promise<void> {
  const { organisation } = settings.trust;
  let since: string | undefined;
  return async () => {
    if (organisation === undefined) return;
    await identify();
    const now = await forge.clock();
    const from = since ?? now;
    for (const changed of await forge.pullRequestsChanged(organisation, from)) {
      const where = unenrolled(forge.id, changed.repositoryId, changed);
      if (where === undefined) continue;
      for (const comment of await forge.comments(changed, changed.number)) {
        if (comment.createdAt >= from)
          await answerUnenrolled(bridge, where, { ...comment, pullRequest: changed.number });
      }
    }
    since = now;
  };
}
