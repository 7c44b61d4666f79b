import { detectCauses } from '../swarm/causes/registry.ts';
import { recordPresent } from '../swarm/deploy.ts';
import type { Engine } from '../swarm/engine.ts';
import { judge } from '../swarm/judge.ts';
import { DEFAULT_POLICY, FINAL_POLICY } from '../swarm/observation.ts';
import { observeStack, type StackObserver } from '../swarm/observe.ts';
import type { DeployRecord } from '../swarm/types.ts';
import { detectRouteCauses, type RouteCause } from './causes/registry.ts';
import { followStillness } from './causes/stillness.ts';
import { observeRoute, type RouteQuestion } from './observe-route.ts';

export interface WatchOptions extends RouteQuestion {
  /** Milliseconds that the caller waits at most, from now. */
  readonly timeoutMs: number;
  readonly deploy?: DeployRecord | undefined;
}

/** What one look found: on the route, and among the services that had been up. */
export interface Looked {
  readonly route: readonly RouteCause[];
  /** Final where the Swarm's own policy says so; else the first sign of something that may heal. */
  readonly swarm: readonly RouteCause[];
}

/** Looks at an app whose services were up, again and again, and remembers. */
export interface RouteWatch extends Disposable {
  look(): Promise<Looked>;
  elapsedMs(): number;
}

/** Begins a watch over route and services from this moment on. */
export function watchRoute(engine: Engine, options: WatchOptions): RouteWatch {
  const { timeoutMs, stackName, signal } = options;
  const started = performance.now();
  const elapsedMs = () => performance.now() - started;
  const own = new AbortController();
  const until = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
  const follow = followStillness();
  let swarm: Promise<{ readonly deploy: DeployRecord; readonly observer: StackObserver }> | undefined;
  const openSwarm = async () => {
    const deploy = options.deploy ?? (await recordPresent(engine, stackName));
    return { deploy, observer: observeStack(engine, { deploy, policy: DEFAULT_POLICY, signal: until }) };
  };
  let same: { readonly outline: string; readonly sinceMs: number } | undefined;
  return {
    elapsedMs,
    async look() {
      swarm ??= openSwarm();
      const { deploy, observer } = await swarm;
      const [{ route, activity }, stack] = await Promise.all([
        observeRoute(engine, options, timeoutMs - elapsedMs()),
        observer.look(),
      ]);
      const outline = `${route.answer.status ?? route.answer.error ?? ''} ${route.answer.fromProxy}`;
      if (same?.outline !== outline) same = { outline, sinceMs: route.atMs };
      const seen = { ...route, ...follow(activity), upMs: elapsedMs(), sameMs: route.atMs - same.sinceMs, stack };
      const judged = judge(stack, deploy, { settle: false });
      const isFinal = judged !== undefined && judged.outcome !== 'converged';
      const causes = isFinal ? judged.causes : detectCauses({ ...stack, policy: FINAL_POLICY });
      return { route: detectRouteCauses(seen), swarm: causes.map((cause) => ({ cause, final: isFinal })) };
    },
    [Symbol.dispose]: () => own.abort(),
  };
}
