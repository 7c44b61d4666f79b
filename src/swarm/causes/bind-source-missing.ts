import { type CauseKind, evidenceOf, findTaskError } from './cause-kind.ts';

export const bindSourceMissing: CauseKind = {
  code: 'bind-source-missing',
  fault: 'recipe',
  meaning: 'A bind mount names a path that does not exist on the host. Swarm, unlike `docker run`, does not make it.',
  shows: 'a task that is `rejected` (or `failed`) with `bind source path does not exist`',
  earliest: 'the first rejection, a quarter of a second after the service was made',
  hint: 'use a named volume; a recipe cannot count on paths of the host',
  detect(service) {
    const found = findTaskError(service, ['rejected', 'failed'], /bind source path does not exist: (?<path>\S+)/);
    if (found === undefined) return undefined;
    return {
      atMs: found.task.atMs,
      sentence: `${service.service}: the host path ${found.match.groups?.['path']} of a bind mount does not exist`,
      evidence: evidenceOf(found.task),
    };
  },
};
