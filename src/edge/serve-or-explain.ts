import { delay } from '../base/deadline.ts';
import type { Engine } from '../swarm/engine.ts';
import type { Cause } from '../swarm/types.ts';
import { confirmCauses, detectRouteCauses, type RouteCause } from './causes/registry.ts';
import { observeRoute, type RouteQuestion } from './observe-route.ts';
import { type Serving, waitServing } from './wait-serving.ts';

/** The first look comes when an app that is well has long answered; the next ones confirm it. */
const FIRST_LOOK_MS = 1000;
const CONFIRM_MS = 2000;

export interface ServeOptions extends RouteQuestion {
  readonly timeoutMs: number;
  readonly unroutedMs: number;
  /** An answer that was had before, which then is not asked for again. */
  readonly answered?: Serving | undefined;
}

export interface Explained {
  readonly serving: Serving;
  /** Why it does not serve, as far as two looks agree on it. */
  readonly causes: readonly Cause[];
}

/**
 * Waits until an app whose services are up serves. The wait ends early when two looks agree on a cause that waiting cannot
 * change. An accepted redirect that leads in a circle does not count as serving. Rejects when the Engine is gone.
 */
export async function serveOrExplain(engine: Engine, options: ServeOptions): Promise<Explained> {
  const { edge, timeoutMs, unroutedMs, signal, answered, ...question } = options;
  const started = performance.now();
  const ended = new AbortController();
  const givenUp = new AbortController();
  const within = (own: AbortSignal) => (signal === undefined ? own : AbortSignal.any([signal, own]));
  const look = async () => detectRouteCauses(await observeRoute(engine, options));
  let known: readonly RouteCause[] = [];
  const watch = async (): Promise<void> => {
    let before: readonly RouteCause[] = [];
    for (let pause = FIRST_LOOK_MS; await elapsed(pause, within(ended.signal)); pause = CONFIRM_MS) {
      const now = await look();
      known = confirmCauses(known.length === 0 ? before : known, now);
      before = now;
      const waited = performance.now() - started;
      // Behind a foreign Traefik our reading of the labels is not its own word: there its 404 has to last, too.
      const least = edge.kind === 'built-in' ? 0 : unroutedMs;
      if (known.some(({ patienceMs }) => waited >= Math.max(least, patienceMs))) givenUp.abort();
    }
  };
  const ask = () =>
    waitServing(edge, { ...question, timeoutMs, unroutedMs, signal: within(givenUp.signal) }).finally(() =>
      ended.abort(),
    );
  const serving = answered ?? (await Promise.all([ask(), watch()]))[0];
  if (signal?.aborted === true) return { serving, causes: [] };
  if (!serving.ok) return { serving, causes: known.map(({ cause }) => cause) };
  const circle = await confirmCircle(look, serving, signal);
  return circle.length === 0 ? { serving, causes: [] } : { serving: { ...serving, ok: false }, causes: circle };
}

/** Asks twice where the redirects of an app lead that has answered with one. */
async function confirmCircle(
  look: () => Promise<readonly RouteCause[]>,
  { answers }: Serving,
  signal: AbortSignal | undefined,
): Promise<readonly Cause[]> {
  const status = answers.at(-1)?.status ?? 0;
  if (status < 300 || status > 399) return [];
  const circles = async () => (await look()).filter(({ cause }) => cause.code === 'redirect-loop');
  const first = await circles();
  if (first.length === 0 || !(await elapsed(CONFIRM_MS, signal))) return [];
  return confirmCauses(first, await circles()).map(({ cause }) => cause);
}

async function elapsed(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return delay(ms, signal).then(
    () => true,
    () => false,
  );
}
