import { type CauseKind, evidenceOf, findTaskError } from './cause-kind.ts';

export const entrypointMissing: CauseKind = {
  code: 'entrypoint-missing',
  fault: 'recipe',
  meaning:
    'The container could not be started because its command does not exist in the image (127) or may not be executed (126).',
  shows:
    "a task that is `failed` in `starting` with the runtime's `exec: …: no such file or directory` or `permission denied`; its container never started",
  earliest: 'the first failed start, two thirds of a second after the service was made',
  hint: 'check entrypoint and command against the image; a config used as entrypoint needs `mode: 0555`',
  detect(service) {
    const found = findTaskError(
      service,
      ['failed', 'rejected', 'starting'],
      /exec: "?(?<command>[^":]+)"?:/,
      /(?<why>no such file or directory|executable file not found|permission denied|is a directory)/,
    );
    if (found === undefined) return undefined;
    const { command = 'its command', why = '' } = found.groups;
    const reason = why === 'permission denied' ? 'may not be executed' : 'does not exist in the image';
    return {
      atMs: found.task.atMs,
      sentence: `${service.service}: the command ${command} ${reason}`,
      evidence: evidenceOf(found.task),
    };
  },
};
