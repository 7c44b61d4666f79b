import { type Kysely, sql } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { type Bridge, type Enrolled, handleComment, noteEdited } from './bridge.ts';
import { isTransient } from './errors.ts';
import { isSigned, readDelivery } from './gitea/webhook.ts';
import type { RepositoryName } from './types.ts';
import { answerUnenrolled, type Unenrolled } from './unenrolled.ts';

/** A delivery as it arrived: header names in lower case, the body's exact bytes. */
export interface HookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface HookOptions {
  readonly bridge: Bridge;
  readonly forgeId: string;
  /** All that are valid now; two while one is being changed. */
  readonly secrets: () => Promise<readonly string[]>;
  readonly enrolled: (forgeId: string, repositoryId: number) => Enrolled | undefined;
  /** Something was pushed somewhere on that forge. */
  readonly onPush?: (() => void) | undefined;
  /** False while somebody may be enrolled of whom `enrolled` does not know yet. */
  readonly isComplete?: ((forgeId: string) => boolean) | undefined;
  /** A repository that is certainly not enrolled, to answer there; undefined where that is not known. */
  readonly unenrolled?: (forgeId: string, repositoryId: number, name: RepositoryName) => Unenrolled | undefined;
}

/** A delivery is larger than this only if it is no delivery. */
export const MOST_HOOK_BYTES = 1024 * 1024;
const REMEMBERED_HOURS = 24;

/**
 * Answers a webhook with a status: 401 unless its signature is good (nothing is parsed before), 403 for a command of someone
 * who is not trusted, 503 when the forge itself does not answer or has not shown all that is enrolled (the poll finds the comment
 * again), else 204.
 */
export async function answerHook(options: HookOptions, request: HookRequest): Promise<number> {
  if (request.body.byteLength > MOST_HOOK_BYTES) return 413;
  if (!isSigned(request.headers, request.body, await options.secrets())) return 401;
  const body = parse(request.body);
  if (body === undefined) return 400;
  const delivery = readDelivery(request.headers, body);
  if (delivery?.kind === 'push') options.onPush?.();
  if (delivery?.kind !== 'comment' || delivery.action === 'deleted') return 204;
  const { forgeId, bridge } = options;
  const { repositoryId, repository, comment, pullRequest } = delivery;
  if (comment.pullRequest === undefined) return 204;
  const enrolled = options.enrolled(forgeId, repositoryId);
  const unenrolled = options.unenrolled?.(forgeId, repositoryId, repository);
  if (delivery.action === 'edited') {
    if (enrolled !== undefined) await noteEdited(bridge, enrolled, comment);
    return 204;
  }
  if (enrolled === undefined && unenrolled === undefined) return options.isComplete?.(forgeId) === false ? 503 : 204;
  const id = request.headers['x-gitea-delivery'] ?? request.headers['x-forgejo-delivery'] ?? '';
  if (await isReplay(bridge.db, `${forgeId}/${id}`)) return 204;
  try {
    if (enrolled === undefined) {
      if (unenrolled === undefined) return 204;
      const { forge } = unenrolled;
      const of = pullRequest ?? (await forge.pullRequest(repository, comment.pullRequest));
      if (of?.state === 'open') await answerUnenrolled(bridge, unenrolled, comment);
      return 204;
    }
    const decision = await handleComment(bridge, enrolled, comment, pullRequest);
    return decision === 'untrusted' ? 403 : 204;
  } catch (error: unknown) {
    if (isTransient(error)) return 503;
    throw error;
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether this delivery came before. A comment acts once in any case; this keeps a recorded delivery from costing anything. */
async function isReplay(db: Kysely<Tables>, id: string): Promise<boolean> {
  await db
    .deleteFrom('deliveries')
    .where('received_at', '<', sql<Date>`now() - make_interval(hours => ${REMEMBERED_HOURS})`)
    .execute();
  const first = await db
    .insertInto('deliveries')
    .values({ id })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return first === undefined;
}
