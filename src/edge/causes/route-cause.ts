import type { CauseWords } from '../../swarm/causes/cause-kind.ts';
import type { RouteHistory, RouteObservation } from './observation.ts';

/** A reason why an app whose services are up does not serve. Detection is pure, over a look at the route and those before. */
export interface RouteCauseKind extends CauseWords {
  readonly detect: (seen: RouteHistory) => RouteSignal | undefined;
}

export interface RouteSignal {
  readonly service: string;
  readonly sentence: string;
  readonly evidence: readonly string[];
  /** Whether waiting on cannot help; `patience.ts` says when that is so. */
  readonly final: boolean;
}

/** Whether the proxy had a route, asked the service and got no connection. */
export function isUnreachable({ answer }: RouteObservation): boolean {
  return answer.fromProxy && (answer.status === 502 || answer.status === 504);
}

/** Whether the proxy says that it knows no such route, and by the labels there is none for it to know. */
export function isRouteless({ answer, targets }: RouteObservation): boolean {
  return answer.fromProxy && answer.status === 404 && targets.length === 0;
}

/** Whether the app itself answered, and not as it should. */
export function isWrongAnswer({ answer, accepted }: Pick<RouteObservation, 'answer' | 'accepted'>): boolean {
  const { status, fromProxy } = answer;
  return status !== undefined && !fromProxy && (!accepted.includes(status) || status === 404);
}
