import type { ProbeAnswer, RouteProblem } from '../types.ts';
import type { Socket } from './sockets.ts';

/** One container that a route leads to. */
export interface ObservedContainer {
  /** True when it has a health check that passes. */
  readonly healthy: boolean;
  /** What listens inside; undefined where that could not be read. */
  readonly sockets: readonly Socket[] | undefined;
}

/** A service and port that the labels lead the asked URL to. */
export interface ObservedTarget {
  /** The key in the stack file. */
  readonly service: string;
  readonly port: number;
  readonly containers: readonly ObservedContainer[];
}

/** All that one look at an app that does not serve has seen. */
export interface RouteObservation {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly url: string;
  readonly accepted: readonly number[];
  readonly answer: ProbeAnswer;
  /** Where the labels lead the URL, as the proxy's own rules have it; empty when nowhere. */
  readonly targets: readonly ObservedTarget[];
  readonly problems: readonly RouteProblem[];
  readonly redirects: Redirects | undefined;
}

/** Where redirects led, followed with cookies and only within the app's own host. */
export interface Redirects {
  /** `302 https://…`, in order. */
  readonly hops: readonly string[];
  /** True when they came back to where they were, or did not end. */
  readonly circle: boolean;
}
