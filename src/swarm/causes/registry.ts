import { CodedError } from '../../base/errors.ts';
import { isReady, type Observation } from '../observation.ts';
import type { Cause } from '../types.ts';
import { addressPoolExhausted } from './address-pool-exhausted.ts';
import { bindSourceMissing } from './bind-source-missing.ts';
import type { CauseKind } from './cause-kind.ts';
import { configChanged } from './config-changed.ts';
import { crashLoop } from './crash-loop.ts';
import { entrypointMissing } from './entrypoint-missing.ts';
import { exitsZero } from './exits-zero.ts';
import { healthcheckFailing } from './healthcheck-failing.ts';
import { hostPortTaken } from './host-port-taken.ts';
import { imageNotFound } from './image-not-found.ts';
import { missingConfig } from './missing-config.ts';
import { missingNetwork } from './missing-network.ts';
import { missingSecret } from './missing-secret.ts';
import { oomKilled } from './oom-killed.ts';
import { placementUnsatisfiable } from './placement-unsatisfiable.ts';
import { resourcesUnsatisfiable } from './resources-unsatisfiable.ts';
import { rolledBack } from './rolled-back.ts';
import { startFailed } from './start-failed.ts';
import { taskRejected } from './task-rejected.ts';
import { templateFailed } from './template-failed.ts';
import { updatePaused } from './update-paused.ts';

/** Every known failure. To add one: a file beside this, a line here, a section in docs/causes.md. */
export const CAUSES: readonly CauseKind[] = [
  imageNotFound,
  missingSecret,
  missingConfig,
  missingNetwork,
  configChanged,
  templateFailed,
  bindSourceMissing,
  entrypointMissing,
  oomKilled,
  crashLoop,
  exitsZero,
  healthcheckFailing,
  hostPortTaken,
  placementUnsatisfiable,
  resourcesUnsatisfiable,
  addressPoolExhausted,
  taskRejected,
  startFailed,
  rolledBack,
  updatePaused,
];

/** All causes that the observation shows, the first in time first. Pure. */
export function detectCauses(stack: Observation): readonly Cause[] {
  const found: { readonly atMs: number; readonly cause: Cause }[] = [];
  for (const service of stack.services) {
    // What has healed is a note, not a cause.
    if (isReady(service)) continue;
    for (const kind of CAUSES) {
      const signal = kind.detect?.(service, stack);
      if (signal === undefined) continue;
      found.push({
        atMs: signal.atMs,
        cause: {
          code: kind.code,
          service: service.service,
          sentence: signal.sentence,
          fault: signal.fault ?? kind.fault,
          hint: kind.hint,
          evidence: signal.evidence,
          firstSignal: new Date(signal.atMs).toISOString(),
        },
      });
    }
  }
  // A program killed for its memory also exits: the kill is the cause, the exits are its effect.
  const killed = new Set(found.filter(({ cause }) => cause.code === 'oom-killed').map(({ cause }) => cause.service));
  return found
    .filter(({ cause }) => !(cause.code === 'crash-loop' && killed.has(cause.service)))
    .sort((left, right) => left.atMs - right.atMs)
    .map(({ cause }) => cause);
}

/** The cause behind a failed `docker stack deploy`, from what it printed. Pure; what is not recognised is `stack-refused`. */
export function causeOfRefusal(message: string, at: Date): Cause {
  const evidence = message.trim().split('\n').slice(-6);
  for (const kind of CAUSES) {
    const refusal = kind.detectRefusal?.(message);
    if (refusal === undefined) continue;
    const { code, fault, hint } = kind;
    return { code, ...refusal, fault, hint, evidence, firstSignal: at.toISOString() };
  }
  return {
    code: 'stack-refused',
    service: '',
    sentence: `docker stack deploy refused the stack: ${evidence.at(-1) ?? 'it gave no reason'}`,
    fault: 'recipe',
    hint: 'the evidence is what the docker CLI printed',
    evidence,
    firstSignal: at.toISOString(),
  };
}

/** The error form of a cause, for callers that cannot go on. */
export class CauseError extends CodedError {
  readonly known: Cause;

  constructor(code: string, known: Cause) {
    super({ code, message: known.sentence, fault: known.fault, hint: known.hint, evidence: known.evidence });
    this.known = known;
  }
}
