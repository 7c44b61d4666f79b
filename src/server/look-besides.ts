import type { Bridge } from '../forge/bridge.ts';
import { accountName } from '../forge/trust.ts';
import type { RepositoryName } from '../forge/types.ts';
import { answerUnenrolled, type Unenrolled } from '../forge/unenrolled.ts';
import type { WatchedForge } from './forges.ts';

/** Whoever opens more of them within a minute does not wait for a courtesy. */
const MOST_PULL_REQUESTS = 50;

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
    const all = await forge.pullRequestsChanged(accountName(organisation), from);
    for (const changed of all.slice(0, MOST_PULL_REQUESTS)) {
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
