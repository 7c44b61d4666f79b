import { delay } from '../../base/deadline.ts';
import { followRedirects } from '../../edge/follow-redirects.ts';
import type { ProbeAnswer } from '../../edge/types.ts';
import type { Serving } from '../../edge/wait-serving.ts';
import type { RunContext } from '../context.ts';

const PAUSE_MS = 250;

/**
 * Follows an answer that is a redirect: an app whose front page leads to an error is not up. Waits up to `timeoutMs` for the
 * page behind it, which may start later, and then adds what it said as the last answer, which decides.
 */
export async function withRedirectEnd(
  { plan, signal }: Pick<RunContext, 'plan' | 'signal'>,
  serving: Serving,
  timeoutMs: number,
): Promise<Serving> {
  const answer = serving.answers.at(-1);
  if (!serving.ok || answer === undefined) return serving;
  const started = performance.now();
  for (;;) {
    const end = (await followRedirects(plan.edge, answer, signal))?.last;
    if (end === undefined || !isError(end)) return serving;
    const ms = performance.now() - started;
    if (ms >= timeoutMs || signal.aborted) {
      return { ok: false, answers: [...serving.answers, end], ms: Math.round(serving.ms + ms) };
    }
    await delay(PAUSE_MS, signal).catch(() => undefined);
  }
}

/** What a visitor would take for “out of order”; a page that asks for a password is none. */
function isError({ status, fromProxy }: ProbeAnswer): boolean {
  return status === undefined || fromProxy || status === 404 || status >= 500;
}
