import type { RouteCauseKind } from './route-cause.ts';

export const noReplicas: RouteCauseKind = {
  code: 'no-replicas',
  fault: 'recipe',
  meaning:
    'The route leads to a service that is to have no tasks at all (`deploy.replicas: 0`). The Swarm has then done all that ' +
    'it was asked for, and the proxy has nobody to ask.',
  shows: 'the proxy answers 404 or 503 by itself, and the service that the labels lead to wants 0 replicas',
  earliest: 'two looks after the services are up: 3 s',
  hint: 'give the routed service at least one replica; check the variable that `deploy.replicas` is set from',
  detect({ answer, targets, url }) {
    if (!answer.fromProxy || (answer.status !== 404 && answer.status !== 503)) return undefined;
    const [target] = targets;
    if (target === undefined || targets.some(({ replicas }) => replicas !== 0)) return undefined;
    return {
      service: target.service,
      sentence: `${target.service}: it is to run with 0 replicas, and ${url} leads to it`,
      evidence: [`${answer.status} ${url}`],
      final: true,
    };
  },
};
