import type { Settings } from '../../config/settings.ts';
import { checkClaims, claimedHosts } from '../../edge/claims.ts';
import { explainRoute } from '../../edge/explain.ts';
import { wantsHttp } from '../../edge/wants-http.ts';
import type { Stack } from '../../recipe/compose/types.ts';
import { refuseForeignHosts } from './refusals.ts';

export interface RouteJudgement {
  /** Everything worth a mention. */
  readonly warnings: readonly string[];
  /** Of these, what the operator's proxy would not take: where a 404 comes from. */
  readonly dropped: readonly string[];
}

/** Refuses rules for hosts of others; names what the operator's proxy would drop, so that a 404 has its reason beside it. */
export function judgeRoutes(
  stacks: readonly Stack[],
  app: { readonly stackName: string; readonly domain: string },
  { traefik, proxyNetwork }: Settings,
): RouteJudgement {
  const problems = stacks.flatMap((stack) => {
    const claims = checkClaims(stack, { allowedHosts: [app.domain], version: traefik });
    refuseForeignHosts(claims);
    return [...claims, ...explainRoute(stack, traefik, { stackName: app.stackName, proxyNetwork })];
  });
  const sentences = (list: typeof problems) => [
    ...new Set(list.map(({ service, sentence }) => `${service}: ${sentence}`)),
  ];
  return { warnings: sentences(problems), dropped: sentences(problems.filter(({ weight }) => weight === 'dropped')) };
}

/** The names that a stack's rules claim; its own domain where it asks for a route in a way that no proxy understands. */
export function wantedHosts(stack: Stack, domain: string, { traefik }: Settings): string[] {
  const claimed = claimedHosts(stack, traefik).filter((host) => host !== '*');
  return claimed.length === 0 && wantsHttp(stack) ? [domain] : claimed;
}
