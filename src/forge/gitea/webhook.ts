import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { ForgeComment, PullRequest, RepositoryName } from '../types.ts';
import { commentOf, pullRequestOf } from './client.ts';
import * as gitea from './schemas.ts';

/** What a delivery tells us; `other` is everything that asks nothing of us. */
export type Delivery =
  | {
      readonly kind: 'comment';
      readonly repositoryId: number;
      readonly repository: RepositoryName;
      readonly comment: ForgeComment;
      /** The one that the comment belongs to. Not every forge tells; the comment's own `pullRequest` says whether there is one. */
      readonly pullRequest: PullRequest | undefined;
      readonly action: 'created' | 'edited' | 'deleted';
    }
  | { readonly kind: 'push'; readonly repositoryId: number; readonly ref: string; readonly sha: string }
  | { readonly kind: 'head-moved'; readonly repositoryId: number; readonly number: number; readonly headSha: string }
  | { readonly kind: 'closed'; readonly repositoryId: number; readonly number: number }
  | { readonly kind: 'other'; readonly event: string };

const Source = z.object({ repository: z.object({ id: z.number().int().positive() }) });
const CommentDelivery = z.object({
  repository: z.object({ id: z.number().int().positive(), name: z.string(), owner: gitea.User }),
  action: z.enum(['created', 'edited', 'deleted']),
  comment: gitea.Comment,
  pull_request: gitea.PullRequest.optional(),
});
const PushDelivery = Source.extend({ ref: z.string(), after: z.string().regex(/^[0-9a-f]{40}$/) });
const PullRequestDelivery = Source.extend({ action: z.string(), pull_request: gitea.PullRequest });

/**
 * Whether a body carries the signature of one of the secrets: HMAC-SHA256 in hexadecimal over its exact bytes. Several are
 * live while one is changed. A first header that is wrong is not rescued by another.
 */
export function isSigned(
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  const given =
    headers['x-forgejo-signature'] ??
    headers['x-gitea-signature'] ??
    headers['x-hub-signature-256']?.replace(/^sha256=/, '');
  if (given === undefined || !/^[0-9a-f]{64}$/.test(given)) return false;
  const bytes = Buffer.from(given, 'hex');
  // Every secret is tried, whichever fits, so that the time tells nothing.
  const fits = secrets.map(
    (secret) => secret !== '' && timingSafeEqual(createHmac('sha256', secret).update(body).digest(), bytes),
  );
  return fits.includes(true);
}

/** Reads a delivery whose signature was good. Undefined when an event that we know has another form. Pure. */
export function readDelivery(
  headers: Readonly<Record<string, string | undefined>>,
  body: unknown,
): Delivery | undefined {
  // The event's name alone does not tell a comment from a review: only the type does.
  const type = headers['x-gitea-event-type'] ?? headers['x-forgejo-event-type'] ?? '';
  switch (type) {
    case 'issue_comment':
    case 'pull_request_comment': {
      const found = CommentDelivery.safeParse(body).data;
      if (found === undefined) return undefined;
      return {
        kind: 'comment',
        repositoryId: found.repository.id,
        repository: { owner: found.repository.owner.login, name: found.repository.name },
        action: found.action,
        comment: commentOf(found.comment),
        pullRequest: found.pull_request === undefined ? undefined : pullRequestOf(found.pull_request),
      };
    }
    case 'push': {
      const found = PushDelivery.safeParse(body).data;
      return found && { kind: 'push', repositoryId: found.repository.id, ref: found.ref, sha: found.after };
    }
    case 'pull_request':
    case 'pull_request_sync': {
      const found = PullRequestDelivery.safeParse(body).data;
      if (found === undefined) return undefined;
      const { number, head } = found.pull_request;
      if (found.action === 'synchronized') {
        return { kind: 'head-moved', repositoryId: found.repository.id, number, headSha: head.sha };
      }
      if (found.action === 'closed') return { kind: 'closed', repositoryId: found.repository.id, number };
      return { kind: 'other', event: `${type} ${found.action}` };
    }
    default:
      return { kind: 'other', event: type };
  }
}
