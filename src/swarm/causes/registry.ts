import { append, largest } from '../../base/lists.ts';
import { isReady, type Observation, type ObservedService } from '../observation.ts';
import { REGISTRY_WORDS, type RegistryAnswer } from '../registry-answer.ts';
import type { Cause } from '../types.ts';
import { addressPoolExhausted } from './address-pool-exhausted.ts';
import { bindSourceMissing } from './bind-source-missing.ts';
import type { CauseKind, CauseWords, Signal } from './cause-kind.ts';
import { configChanged } from './config-changed.ts';
import { crashLoop } from './crash-loop.ts';
import { databaseNotReady } from './database-not-ready.ts';
import { diskFull } from './disk-full.ts';
import { driverMissing } from './driver-missing.ts';
import { engineNotAnswering } from './engine-not-answering.ts';
import { entrypointMissing } from './entrypoint-missing.ts';
import { exitsZero } from './exits-zero.ts';
import { healthCommandMissing } from './health-command-missing.ts';
import { healthcheckFailing } from './healthcheck-failing.ts';
import { hostPortTaken } from './host-port-taken.ts';
import { imageNameInvalid } from './image-name-invalid.ts';
import { imageNotFound } from './image-not-found.ts';
import { imagePullFailed } from './image-pull-failed.ts';
import { migrationFailed } from './migration-failed.ts';
import { missingConfig } from './missing-config.ts';
import { findMissingImage } from './missing-image.ts';
import { missingNetwork } from './missing-network.ts';
import { missingSecret } from './missing-secret.ts';
import { nameNotResolvable } from './name-not-resolvable.ts';
import { nameTooLong } from './name-too-long.ts';
import { oomKilled } from './oom-killed.ts';
import { placementUnsatisfiable } from './placement-unsatisfiable.ts';
import { pullRateLimited } from './pull-rate-limited.ts';
import { pullRefused } from './pull-refused.ts';
import { registryUnreachable } from './registry-unreachable.ts';
import { resourcesUnsatisfiable } from './resources-unsatisfiable.ts';
import { rolledBack } from './rolled-back.ts';
import { serviceRemoved } from './service-removed.ts';
import { stackRefused } from './stack-refused.ts';
import { startFailed } from './start-failed.ts';
import { taskRejected } from './task-rejected.ts';
import { templateFailed } from './template-failed.ts';
import { unknownCauseWords } from './unknown.ts';
import { updatePaused } from './update-paused.ts';
import { volumeFailed } from './volume-failed.ts';
import { wrongArchitecture } from './wrong-architecture.ts';

/** Every known failure. To add one: a file beside this, a line here, and `npm run docs` for its section of docs/causes.md. */
export const CAUSES: readonly CauseKind[] = [
  engineNotAnswering,
  pullRateLimited,
  imageNameInvalid,
  diskFull,
  wrongArchitecture,
  imageNotFound,
  pullRefused,
  registryUnreachable,
  imagePullFailed,
  missingSecret,
  missingConfig,
  missingNetwork,
  configChanged,
  nameTooLong,
  templateFailed,
  bindSourceMissing,
  entrypointMissing,
  oomKilled,
  databaseNotReady,
  nameNotResolvable,
  migrationFailed,
  crashLoop,
  exitsZero,
  healthCommandMissing,
  healthcheckFailing,
  hostPortTaken,
  driverMissing,
  volumeFailed,
  placementUnsatisfiable,
  resourcesUnsatisfiable,
  addressPoolExhausted,
  taskRejected,
  startFailed,
  rolledBack,
  updatePaused,
];

/** What is said where none of the known failures was recognised. */
export const OTHER_CAUSES: readonly CauseWords[] = [stackRefused, serviceRemoved, unknownCauseWords];

/** All causes that the observation shows, the first in time first; what is only the effect of another is not said. Pure. */
export function detectCauses(stack: Observation): readonly Cause[] {
  const found: { readonly atMs: number; readonly cause: Cause }[] = [];
  for (const service of stack.services) {
    // What has healed is a note, not a cause.
    if (isReady(service)) continue;
    append(found, causesOfService(service, stack));
  }
  return found.sort((left, right) => left.atMs - right.atMs).map(({ cause }) => cause);
}

function causesOfService(service: ObservedService, stack: Observation) {
  const seen = CAUSES.flatMap((kind) => {
    const signal = kind.detect?.(service, stack);
    return signal === undefined ? [] : [{ kind, signal }];
  });
  append(seen, imageRefusal(service));
  const effects = new Set(seen.flatMap(({ kind }) => kind.explains ?? []));
  const latest = largest(seen.filter(({ kind }) => kind.follows !== true).map(({ signal }) => signal.atMs));
  return seen
    .filter(({ kind }) => !effects.has(kind.code))
    .map(({ kind, signal }) => ({
      // Just after what it follows, so that the failure leads and not what the Engine made of it.
      atMs: kind.follows === true ? Math.max(signal.atMs, latest + 1) : signal.atMs,
      cause: {
        code: kind.code,
        service: service.service,
        sentence: signal.sentence,
        fault: signal.fault ?? kind.fault,
        hint: kind.hint,
        evidence: signal.evidence,
        firstSignal: new Date(signal.atMs).toISOString(),
      },
    }));
}

/** The Swarm only says that there is no such image; the registry's answer, where it was asked for, says why. */
function imageRefusal(service: ObservedService): { readonly kind: CauseKind; readonly signal: Signal }[] {
  const missing = findMissingImage(service);
  if (missing === undefined || service.imageAnswer?.state !== 'refused') return [];
  const { answer } = service.imageAnswer;
  const { kind, sentence } = recognisePull(missing.image, answer, REGISTRY_WORDS[answer]);
  const evidence = [REGISTRY_WORDS[answer], `No such image: ${missing.image}`];
  return [{ kind, signal: { atMs: missing.task.atMs, sentence: `${service.service}: ${sentence}`, evidence } }];
}

function recognisePull(
  image: string,
  answer: RegistryAnswer,
  words: string,
): { readonly kind: CauseKind; readonly sentence: string } {
  for (const kind of CAUSES) {
    const sentence = kind.detectPull?.(image, answer);
    if (sentence !== undefined) return { kind, sentence };
  }
  return { kind: imagePullFailed, sentence: `the image ${image} cannot be fetched: ${words}` };
}

/** The cause behind a failed pull; `words` are ours. Pure; what is not recognised is `image-pull-failed`. */
export function causeOfPull(image: string, answer: RegistryAnswer, words: string, at: Date): Cause {
  const { kind, sentence } = recognisePull(image, answer, words);
  const { code, fault, hint } = kind;
  return { code, service: '', sentence, fault, hint, evidence: [words], firstSignal: at.toISOString() };
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
  const { code, fault, hint } = stackRefused;
  const sentence = `docker stack deploy refused the stack: ${evidence.at(-1) ?? 'it gave no reason'}`;
  return { code, service: '', sentence, fault, hint, evidence, firstSignal: at.toISOString() };
}
