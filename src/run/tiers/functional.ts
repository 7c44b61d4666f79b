import { join } from 'node:path';
import { discoverTests } from '../../custom/discover.ts';
import { runTests } from '../../custom/run-tests.ts';
import type { RunContext } from '../context.ts';
import { appAccess } from './app-access.ts';
import { takeStep } from './step.ts';
import { testTarget } from './target.ts';

/** Upper bound for all of a recipe's tests together. */
const TESTS_TIMEOUT_MS = 900_000;

/** Level 4: the recipe's own tests, in the sandbox, against the app as it is after the restore. */
export async function functionalTier(run: RunContext): Promise<void> {
  await takeStep(run, 'functional', 'tests', async () => {
    const discovered = await discoverTests(
      run.head.app.recipe.dir,
      run.enrolledDir === undefined ? undefined : join(run.enrolledDir, 'tests'),
    );
    if (discovered.source === 'none') {
      run.facts.record({ fact: 'tests', report: { source: 'none', files: [], cases: [], broken: undefined, ms: 0 } });
      return;
    }
    const report = await run.timeline.span('tests', 'functional', () =>
      runTests(testTarget(run), appAccess(run), {
        discovered,
        outDir: run.directory.attachments,
        timeoutMs: TESTS_TIMEOUT_MS,
        signal: run.signal,
      }),
    );
    run.facts.record({ fact: 'tests', report });
  });
}
