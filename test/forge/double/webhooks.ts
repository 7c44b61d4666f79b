import { createHmac, randomUUID } from 'node:crypto';
import type { Hook } from './state.ts';

/** One delivery, as it is sent: it can be sent again, late, or twice. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs a delivery as a Gitea does. The event's name and its type differ where the real one's do. */
export function makeDelivery(hook: Hook, event: string, type: string, payload: unknown): Sent {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', hook.secret).update(body).digest('hex');
  return {
    url: hook.url,
    body,
    headers: {
      'content-type': 'application/json',
      'x-gitea-delivery': randomUUID(),
      'x-gitea-event': event,
      'x-gitea-event-type': type,
      'x-gitea-signature': signature,
      'x-hub-signature-256': `sha256=${signature}`,
    },
  };
}

/** Sends a delivery once. A real forge does not try again, whatever the answer; neither do we. The status, or undefined. */
export async function send(delivery: Sent): Promise<number | undefined> {
  try {
    const answer = await fetch(delivery.url, {
      method: 'POST',
      headers: delivery.headers,
      body: delivery.body,
      signal: AbortSignal.timeout(60_000),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
}
