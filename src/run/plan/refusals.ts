import { CodedError } from '../../base/errors.ts';
import type { RouteProblem } from '../../edge/types.ts';
import type { Stack } from '../../recipe/compose/types.ts';

/** The host names a stack asks for that are not the run's: refused before anything is deployed (design, law 8). */
export function refuseForeignHosts(problems: readonly RouteProblem[]): void {
  const refused = problems.find(({ weight }) => weight === 'refused');
  if (refused === undefined) return;
  throw new CodedError({
    code: refused.code,
    message: refused.sentence,
    fault: 'recipe',
    where: { key: `services.${refused.service}.deploy.labels.${refused.label}` },
    hint: 'a run may only claim host names of its own; take them from ${DOMAIN}',
  });
}

/** Ports of this host that a stack publishes. */
export function hostPorts(stack: Stack): number[] {
  const ports = Object.values(stack.services).flatMap((service) => service.ports ?? []);
  return [...new Set(ports.map(({ published }) => published).filter((port) => port !== undefined))].sort(
    (a, b) => a - b,
  );
}
