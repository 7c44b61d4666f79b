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
