import type { Settings } from '../../config/settings.ts';
import { checkClaims, claimedHosts } from '../../edge/claims/claims.ts';
import { forbiddenLabels } from '../../edge/claims/reach.ts';
import { explainRoute } from '../../edge/explain.ts';
import type { Edge } from '../../edge/types.ts';
import { wantsHttp } from '../../edge/wants-http.ts';
import type { Stack } from '../../recipe/compose/types.ts';
import { refuseLabels, refuseUnsupported } from './refusals.ts';

export interface RouteJudgement {
  /** Everything worth a mention. */
  readonly warnings: readonly string[];
  /** Of these, what the operator's proxy would not take: where a 404 comes from. */
  readonly dropped: readonly string[];
}

/**
 * Refuses labels for hosts of others, for what is the proxy's own, and those that the built-in router has not where that is the
 * proxy. Names what the operator's proxy would drop, so that a 404 has its reason beside it.
 */
export function judgeRoutes(
  stacks: readonly Stack[],
  app: { readonly stackName: string; readonly domain: string },
  { traefik, proxyNetwork }: Pick<Settings, 'traefik' | 'proxyNetwork'>,
  edge: Edge['kind'],
): RouteJudgement {
  const problems = stacks.flatMap((stack) => {
    const claims = checkClaims(stack, { allowedHosts: [app.domain] });
    refuseLabels([...claims, ...forbiddenLabels(stack, { ...app, foreignProxy: edge === 'traefik' })]);
    const explained = explainRoute(stack, traefik, { stackName: app.stackName, proxyNetwork });
    if (edge === 'built-in') refuseUnsupported(explained);
    // What only the built-in router has not is no matter where another proxy serves.
    return [...claims, ...explained.filter(({ weight }) => weight !== 'refused')];
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
