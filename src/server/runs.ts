import type { StatePaths } from '../config/paths.ts';
import type { Runs } from '../forge/outbox/read-view.ts';
import { readResults } from '../results/json.ts';
import { runRoot } from '../run/past/find-run.ts';

/** The runs as reports tell of them: their pages on this server, and the results that lie in their directories. */
export function runsOf(paths: StatePaths, publicUrl: () => string): Runs {
  return {
    link: (runId) => `${publicUrl().replace(/\/$/, '')}/runs/${runId}/`,
    // What is not here, or was written by another version, is told by the row alone.
    results: async (runId) => readResults(await runRoot(paths, runId)).catch(() => undefined),
  };
}
