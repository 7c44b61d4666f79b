import { CodedError, type Fault } from '../../base/errors.ts';
import type { RouteProblem } from '../../edge/types.ts';
import type { Stack } from '../../recipe/compose/types.ts';

/** Labels that ask for what is not the run's: refused before anything is deployed (design, law 8). */
export function refuseLabels(problems: readonly RouteProblem[]): void {
  const refused = problems.find(({ weight }) => weight === 'refused');
  if (refused !== undefined) throw refusal(refused, 'recipe', HINTS[refused.code] ?? CLAIM_HINT);
}

/** Labels that every Traefik takes, and our own router does not: it is not the recipe that has to change. */
export function refuseUnsupported(problems: readonly RouteProblem[]): void {
  const refused = problems.find(({ weight }) => weight === 'refused');
  if (refused !== undefined)
    throw refusal(
      refused,
      'cc-ci',
      'test it on a host with a Traefik; docs/router.md lists what the built-in router has not',
    );
}

const CLAIM_HINT = 'a run may only claim host names of its own; take them from ${DOMAIN}';

const HINTS: Readonly<Record<string, string>> = {
  'route-label-case': 'keep one of the two labels',
  'route-label-characters': 'write the label in plain letters, digits and dots',
  'route-rule': 'write it as Host(`${DOMAIN}`), with && and || between matchers, and no comment',
  'route-forbidden': 'route to the services of this stack only, by their ports',
};

function refusal({ code, sentence, service, label }: RouteProblem, fault: Fault, hint: string): CodedError {
  return new CodedError({
    code,
    message: sentence,
    fault,
    where: { key: `services.${service}.deploy.labels.${label}` },
    hint,
  });
}

/** Ports of this host that a stack publishes. */
export function hostPorts(stack: Stack): number[] {
  const ports = Object.values(stack.services).flatMap((service) => service.ports ?? []);
  return [...new Set(ports.map(({ published }) => published).filter((port) => port !== undefined))].sort(
    (a, b) => a - b,
  );
}
