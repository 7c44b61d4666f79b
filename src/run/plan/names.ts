import { CodedError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';

/**
 * The domain of a run: four characters of the recipe and six of the run's id, below the machine's suffix. Short, because
 * Swarm names are `<stack>_<name>_<version>` with at most 64 characters (RT-45); from the run's id, so that two runs of the
 * same recipe never meet.
 */
export function runDomain(recipe: string, runId: string, suffix: string): string {
  const prefix =
    recipe
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '')
      .slice(0, 4) || 'app';
  return `${prefix}-${shortHash(runId, 6)}.${suffix}`;
}

function isDomain(text: string): boolean {
  const labels = text.split('.');
  const fit = labels.every((label) => label.length <= 63 && /^[a-z0-9][a-z0-9-]*$/.test(label) && !label.endsWith('-'));
  return text.length <= 253 && labels.length > 1 && fit;
}

/** Refuses a domain that is no host name, as `E_DOMAIN`: it becomes part of routing rules and of names in the Swarm. */
export function checkDomain(domain: string): string {
  if (isDomain(domain)) return domain;
  throw new CodedError({
    code: 'E_DOMAIN',
    message: `${JSON.stringify(domain)} is not a domain`,
    fault: 'usage',
    hint: 'lower-case letters, digits and hyphens between dots, such as app.ci.test',
  });
}
