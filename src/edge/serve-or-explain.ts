import { delay } from '../base/deadline.ts';
import type { Engine } from '../swarm/engine.ts';
import type { Cause, DeployRecord } from '../swarm/types.ts';
import { joinCauses } from './causes/join-causes.ts';
import { confirmCauses, type RouteCause } from './causes/registry.ts';
import { followRedirects } from './follow-redirects.ts';
import type { RouteQuestion } from './observe-route.ts';
import type { Edge } from './types.ts';
import { type Serving, waitServing } from './wait-serving.ts';
import { type RouteWatch, watchRoute } from './watch-route.ts';

/** The first look comes when an app that is well has long answered; the next ones confirm it. */
const FIRST_LOOK_MS = 1000;
const NEXT_LOOK_MS = 2000;

export interface ServeOptions extends RouteQuestion {
  readonly timeoutMs: number;
  readonly unroutedMs: number;
  /** The deploy that is waited for; read from what is there unless given, and then the past is not known. */
  readonly deploy?: DeployRecord | undefined;
  /** An answer that was had before, which then is not asked for again. */
  readonly answered?: Serving | undefined;
}

export interface Explained {
  readonly serving: Serving;
  /** Why it does not serve, as far as two looks agree on it; what became of its services goes before what the route shows. */
  readonly causes: readonly Cause[];
}

/**
 * Waits until an app whose services are up serves. The wait ends early when two looks agree on a cause that waiting cannot
 * change, or a service has failed after all. An accepted redirect that leads in a circle does not count as serving. Rejects
 * when the Engine is gone.
 */
export async function serveOrExplain(engine: Engine, options: ServeOptions): Promise<Explained> {
  const { edge, timeoutMs, unroutedMs, signal, answered, deploy, ...question } = options;
  if (answered !== undefined && !isRedirect(answered)) return { serving: answered, causes: [] };
  const ended = new AbortController();
  const givenUp = new AbortController();
  const within = (own: AbortSignal) => (signal === undefined ? own : AbortSignal.any([signal, own]));
  using watch = watchRoute(engine, { ...question, edge, signal, timeoutMs, deploy });
  let causes: readonly Cause[] = [];
  const explain = async (): Promise<void> => {
    let before: readonly RouteCause[] = [];
    let known: readonly RouteCause[] = [];
    for (let look = 0; await reached(FIRST_LOOK_MS + look * NEXT_LOOK_MS, watch, within(ended.signal)); look += 1) {
      const now = await watch.look();
      known = confirmCauses(known.length === 0 ? before : known, now.route);
      before = now.route;
      causes = joinCauses(known, now.swarm);
      // Behind a foreign Traefik our reading of the labels is not its own word: there its 404 has to last, too.
      const least = edge.kind === 'built-in' ? 0 : unroutedMs;
      const isFinal = known.some(({ final }) => final) && watch.elapsedMs() >= least;
      if (isFinal || now.swarm.some(({ final }) => final)) givenUp.abort();
    }
  };
  const ask = async (): Promise<Serving> => {
    // An Engine that is gone ends the questions as well: nobody would be told why they failed.
    const explaining = explain().finally(() => givenUp.abort());
    explaining.catch(() => undefined);
    const serving = await waitServing(edge, { ...question, timeoutMs, unroutedMs, signal: within(givenUp.signal) });
    ended.abort();
    // A look that is under way may still tell; an app that serves need not wait for it.
    if (!serving.ok && signal?.aborted !== true) await explaining;
    return serving;
  };
  const serving = answered ?? (await ask());
  if (signal?.aborted === true) return { serving, causes: [] };
  if (!serving.ok) return { serving, causes };
  const circle = await confirmCircle(edge, watch, serving, signal);
  return circle.length === 0 ? { serving, causes: [] } : { serving: { ...serving, ok: false }, causes: circle };
}

function isRedirect({ answers }: Serving): boolean {
  const status = answers.at(-1)?.status ?? 0;
  return status >= 300 && status <= 399;
}

/** Follows the redirects of an app that has answered with one; where they do not end, looks twice. */
async function confirmCircle(
  edge: Edge,
  watch: RouteWatch,
  { answers }: Serving,
  signal: AbortSignal | undefined,
): Promise<readonly Cause[]> {
  const last = answers.at(-1);
  if (last === undefined || (await followRedirects(edge, last, signal))?.circle !== true) return [];
  const circles = async () => (await watch.look()).route.filter(({ cause }) => cause.code === 'redirect-loop');
  const first = await circles();
  if (first.length === 0 || !(await elapsed(NEXT_LOOK_MS, signal))) return [];
  return confirmCauses(first, await circles()).map(({ cause }) => cause);
}

async function reached(ms: number, watch: RouteWatch, signal: AbortSignal): Promise<boolean> {
  return elapsed(Math.max(0, ms - watch.elapsedMs()), signal);
}

async function elapsed(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return delay(ms, signal).then(
    () => true,
    () => false,
  );
}
