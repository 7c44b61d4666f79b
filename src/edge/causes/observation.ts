import type { Observation } from '../../swarm/observation.ts';
import type { ProbeAnswer, RouteProblem } from '../types.ts';
import type { Socket } from './sockets.ts';
import type { Stillness } from './stillness.ts';

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
  /** How many tasks it is to have; undefined where it has one per node, or could not be read. */
  readonly replicas?: number | undefined;
  readonly containers: readonly ObservedContainer[];
}

/** A name by which a routed service knows a sibling, and by which another stack's service answers to it as well. */
export interface Stranger {
  /** Who asks, by its key in the stack file. */
  readonly service: string;
  readonly name: string;
  /** The other stack's service, by its name in the Swarm. */
  readonly stranger: string;
  /** The stranger's addresses that the name leads to inside the container that asks. */
  readonly addresses: readonly string[];
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
  /** Names that lead astray; looked for only when the app itself answers wrongly. */
  readonly strangers: readonly Stranger[];
  /** What the routed services wrote that a known program's words are; read only when the app itself answers wrongly. */
  readonly lines: readonly ServiceLines[];
}

export interface ServiceLines {
  readonly service: string;
  readonly lines: readonly string[];
}

/** What several looks in a row add to the last of them. Milliseconds. */
export interface LooksSoFar extends Stillness {
  /** Since the services were up. */
  readonly upMs: number;
  /** Since the answer first had the status, or the error, that it has now. */
  readonly sameMs: number;
  /** The stack beside the route; undefined where it was not looked at. */
  readonly stack: Observation | undefined;
}

/** One look, with what the ones before it tell. */
export type RouteHistory = RouteObservation & LooksSoFar;

/** Where redirects led, followed with cookies and only within the app's own host. */
export interface Redirects {
  /** `302 https://…`, in order. */
  readonly hops: readonly string[];
  /** True when they came back to where they were, or did not end. */
  readonly circle: boolean;
}
