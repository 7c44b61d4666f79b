import type { Kysely } from 'kysely';
import { renew } from '../../queue/requests.ts';
import type { Lease } from '../../queue/types.ts';
import type { Tables } from '../../store/schema.ts';
import type { StopReason } from './judge-end.ts';

/** A request that this worker has, and works on. */
export interface Held {
  readonly lease: Lease;
  /** Fires when the work on it is to end. */
  readonly signal: AbortSignal;
  /** Why it was ended; the first reason counts, but what is lost is lost. */
  readonly stopped: () => StopReason | undefined;
  stop(reason: StopReason): void;
}

export function hold(lease: Lease): Held {
  const ending = new AbortController();
  let stopped: StopReason | undefined;
  return {
    lease,
    signal: ending.signal,
    stopped: () => stopped,
    stop(reason) {
      if (stopped === undefined || reason === 'lost') stopped = reason;
      ending.abort(new Error(reason));
    },
  };
}

/** Extends what is held, and ends what is asked for or lost. */
export async function renewAll(db: Kysely<Tables>, all: Iterable<Held>): Promise<void> {
  for (const held of all) {
    const answer = await renew(db, held.lease);
    if (answer !== 'held') held.stop(answer);
  }
}
