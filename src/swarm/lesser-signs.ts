import { detectCauses } from './causes/registry.ts';
import { FINAL_POLICY, isReady, type Observation } from './observation.ts';
import type { Cause } from './types.ts';

/** Whether some service is neither up nor given up: what is wrong with it may show in a moment. Pure. */
export function isAnyOpen(observation: Observation, causes: readonly Cause[]): boolean {
  return observation.services.some((service) => !isReady(service) && !isNamed(service.service, causes));
}

/**
 * What else was seen when a wait ended for causes of other services: a single exit, say, which by itself is none. It may be
 * an effect of the causes or the reason behind them, so it is told and not judged. Pure.
 */
export function lesserSigns(observation: Observation, causes: readonly Cause[]): readonly string[] {
  return detectCauses({ ...observation, policy: FINAL_POLICY })
    .filter(({ service }) => !isNamed(service, causes))
    .map(({ sentence }) => `also seen: ${sentence}`);
}

function isNamed(service: string, causes: readonly Cause[]): boolean {
  return causes.some((cause) => cause.service === service || cause.service === '');
}
