import { type CauseKind, evidenceOf, findTaskError } from './cause-kind.ts';

export const imageNotFound: CauseKind = {
  code: 'image-not-found',
  fault: 'recipe',
  meaning: 'The Engine has no image of that name and could not get one from a registry.',
  shows: 'a `rejected` task with `No such image`; why is asked of the Engine, which asks the registry',
  earliest: 'the first rejection, a quarter of a second after the service was made, and the answer of the registry',
  hint: 'check name and tag of the image in compose.yml, and that its registry can be reached from this host',
  detect(service) {
    const found = findTaskError(service, ['rejected'], /No such image: (?<image>\S+)/);
    if (found === undefined) return undefined;
    const image = found.match.groups?.['image'] ?? service.image;
    return {
      atMs: found.task.atMs,
      sentence: `${service.service}: the image ${image} does not exist or could not be fetched`,
      evidence: evidenceOf(found.task),
    };
  },
};
