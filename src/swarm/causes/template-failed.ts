import { type CauseKind, evidenceOf, findTaskError } from './cause-kind.ts';

const PATTERN =
  /failed to expand templated (?<kind>config|secret) \S+: (?:template: expansion:(?<line>\d+)(?::\d+)?: )?(?<why>.*)/;

export const templateFailed: CauseKind = {
  code: 'template-failed',
  fault: 'recipe',
  meaning:
    'A config or secret with `template_driver: golang` cannot be expanded: it calls what is no function of the Engine, or ' +
    'names a secret, config or variable that the service does not have.',
  shows: 'a `failed` task with `failed to expand templated config` (or `secret`)',
  earliest: 'the first failed start',
  hint: 'the Engine knows `env`, `secret`, `config` and Go’s own functions; `secret` and `config` find only what the service mounts',
  detect(service) {
    const found = findTaskError(service, ['failed', 'rejected'], PATTERN);
    if (found === undefined) return undefined;
    const { kind, line, why } = found.match.groups ?? {};
    const where = line === undefined ? '' : `, line ${line}`;
    return {
      atMs: found.task.atMs,
      sentence: `${service.service}: the template of a ${kind} cannot be expanded${where}: ${why}`,
      evidence: evidenceOf(found.task),
    };
  },
};
