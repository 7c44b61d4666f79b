import { type CauseKind, evidenceOf } from './cause-kind.ts';
import { findMissingImage } from './missing-image.ts';

export const imagePullFailed: CauseKind = {
  code: 'image-pull-failed',
  fault: 'infrastructure',
  meaning: 'The image could not be fetched, for a reason that has no code of its own or that nobody tells.',
  shows:
    'a pull that ends with any other error; in the Swarm tasks that are `rejected` with `No such image` though the registry says ' +
    'that it has the image, or without any answer of it',
  earliest: 'the end of the pull; the third rejection where the registry has the image',
  hint: 'pull the image by hand on this host: what a registry says is not repeated here',
  detect(service, stack) {
    const missing = findMissingImage(service);
    if (missing === undefined || service.imageAnswer?.state === 'refused') return undefined;
    const isFinal = stack.policy.rejections <= 1;
    if (service.imageAnswer?.state === 'asking' && !isFinal) return undefined;
    const rejections = service.tasks.filter(({ state }) => state === 'rejected').length;
    const isThere = service.imageAnswer?.state === 'there';
    // The registry has it, so the next attempt of the Swarm may well succeed.
    if (isThere && !isFinal && rejections <= stack.policy.rejections) return undefined;
    return {
      atMs: missing.task.atMs,
      sentence:
        `${service.service}: the image ${missing.image} cannot be fetched` +
        (isThere ? ', though its registry has it' : ', and nothing says why'),
      evidence: evidenceOf(missing.task),
    };
  },
};
