import { type CauseKind, evidenceOf } from './cause-kind.ts';

const EXEC_FORMAT = /exec format error/i;

export const wrongArchitecture: CauseKind = {
  code: 'wrong-architecture',
  fault: 'recipe',
  meaning: 'The image was made for other processors than those of this host.',
  shows:
    '`exec format error` in the error of a start or in the last line of a program that ended, of an image whose architecture is ' +
    'another one than the Engine’s; `no matching manifest` in a pull; `unsupported platform` at a `pending` task',
  earliest: 'the pull before the deploy, or the first failed start; 2 s of waiting for a task that is pending',
  hint: 'use an image that is built for this architecture too, or a tag that names it',
  explains: ['crash-loop', 'start-failed', 'entrypoint-missing'],
  detect(service, stack) {
    const pending = service.tasks.find(
      ({ state, desiredState, error }) =>
        state === 'pending' && desiredState !== 'shutdown' && /unsupported platform/.test(error),
    );
    if (pending !== undefined && stack.nowMs - pending.createdAtMs >= stack.policy.pendingMs) {
      return {
        atMs: pending.atMs,
        sentence: `${service.service}: the image ${service.image} is for another architecture than the nodes of this Swarm`,
        evidence: evidenceOf(pending),
      };
    }
    const { imageFor, hostArchitecture } = service.platform ?? {};
    // The same words come of a script without a first line that names its interpreter.
    if (imageFor === undefined || hostArchitecture === undefined || imageFor === hostArchitecture) return undefined;
    const failed = service.tasks.find(isExecFormatError);
    if (failed === undefined) return undefined;
    return {
      atMs: failed.atMs,
      sentence: `${service.service}: the image ${service.image} is for ${imageFor}, this host is ${hostArchitecture}`,
      evidence: evidenceOf(failed),
    };
  },
  detectPull: (image, answer) =>
    answer === 'no-platform' ? `the image ${image} is not offered for the architecture of this host` : undefined,
};

/** Whether the kernel refused to run the program of a task: as the start failed, or as all it ever said. Pure. */
export function isExecFormatError(task: Parameters<typeof evidenceOf>[0]): boolean {
  return evidenceOf(task).some((line) => EXEC_FORMAT.test(line));
}
