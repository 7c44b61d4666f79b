import type { RouteCauseKind } from './route-cause.ts';

export const notOnProxy: RouteCauseKind = {
  code: 'not-on-proxy',
  fault: 'recipe',
  meaning: 'The service asks to be routed but does not join the network of the proxy, so the proxy cannot reach it.',
  shows: 'the proxy answers by itself, and the stack file has the routed service on other networks only',
  earliest: 'two looks after the services are up: 3 s',
  hint: 'add `proxy` to the networks of the service, and declare it as external',
  detect({ answer, targets, problems, url }) {
    if (!answer.fromProxy) return undefined;
    const found = problems.find(
      ({ code, service }) => code === 'route-not-on-proxy' && targets.every((target) => target.service === service),
    );
    if (found === undefined) return undefined;
    return {
      service: found.service,
      sentence: `${url} is not routed (${answer.status}): ${found.sentence}`,
      evidence: [],
      final: true,
    };
  },
};
