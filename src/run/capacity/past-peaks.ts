import type { StatePaths } from '../../config/paths.ts';
import { readResults } from '../../results/json.ts';
import type { RunResults } from '../../results/schema.ts';
import { listRunIds, runRoot } from '../past/find-run.ts';

/** So many runs of the recipe are enough, and so many directories are looked into to find them. */
const RUNS = 3;
const DIRECTORIES = 60;

/** The highest memory that each service of a recipe used in its newest runs on this machine, in bytes. */
export async function readPeaks(paths: StatePaths, recipe: string): Promise<ReadonlyMap<string, number>> {
  const peaks = new Map<string, number>();
  let found = 0;
  for (const runId of (await listRunIds(paths)).toReversed().slice(0, DIRECTORIES)) {
    const results = await readResults(await runRoot(paths, runId)).catch(() => undefined);
    if (results === undefined || results.recipe.name !== recipe || !raisePeaks(peaks, results)) continue;
    found += 1;
    if (found === RUNS) break;
  }
  return peaks;
}

/** False when the run was over before anything could be measured. */
function raisePeaks(peaks: Map<string, number>, { resources }: RunResults): boolean {
  const measured = resources.services.filter(({ peakMemoryBytes }) => (peakMemoryBytes ?? 0) > 0);
  for (const { service, peakMemoryBytes } of measured) {
    peaks.set(service, Math.max(peaks.get(service) ?? 0, peakMemoryBytes ?? 0));
  }
  return measured.length > 0;
}
