import { readFile } from 'node:fs/promises';
import { TOOL_VERSION } from '../config/version.ts';
import { writeArtifacts } from '../results/artifacts.ts';
import { scanForSecrets } from '../results/leak-scan.ts';
import { scanRepository } from '../results/scan-repository.ts';
import type { RunResults } from '../results/schema.ts';
import type { RunContext } from './context.ts';
import { writeCredentials } from './credentials.ts';
import { buildResults } from './results-document.ts';
import { judge, type Verdict } from './verdict/judge.ts';

/**
 * The end of a run: judge, render, and look for secrets in all that was written. The verdict is made from plan and facts
 * alone, once before the search for secrets, so that what it renders is searched as well, and once with what was found.
 */
export async function finishRun(
  run: RunContext,
  end: { readonly startedAt: Date; readonly kept: boolean },
): Promise<RunResults> {
  if (end.kept) {
    run.facts.record({ fact: 'teardown', removed: 0, residue: [], ms: 0, kept: true });
    await writeCredentials(run, run.directory);
  }
  // By the clock that only counts forwards: the other one may have been set in the meantime.
  const endedAt = new Date(end.startedAt.getTime() + run.timeline.elapsedMs());
  const first = await render(run, end.startedAt, endedAt);
  run.report({ event: 'verdict', verdict: first.verdict });
  try {
    const secrets = [...run.secrets.values()];
    const [files, history] = await Promise.all([
      scanForSecrets(run.directory.root, secrets),
      scanRepository(run.source.repository.gitDir, secrets),
    ]);
    const leaks = [...files.filter((leak) => !leak.startsWith('credentials.json:')), ...history.leaks];
    run.facts.record({ fact: 'leak-scan', leaks });
    if (!history.complete) {
      run.facts.record({
        fact: 'note',
        sentence: 'not all of the git history was searched for secrets: it is too long',
      });
    }
  } catch (error: unknown) {
    run.facts.recordFailure(undefined, 'search for secrets', error);
  }
  // Once more, as only now it is known; until then the results do not say that no secret is in them.
  const last = await render(run, end.startedAt, endedAt);
  if (last.verdict.verdict !== first.verdict.verdict) run.report({ event: 'verdict', verdict: last.verdict });
  return last.results;
}

interface Rendered {
  readonly verdict: Verdict;
  readonly results: RunResults;
}

async function render(run: RunContext, startedAt: Date, endedAt: Date): Promise<Rendered> {
  const verdict = judge(run.plan, run.facts.all());
  const document = buildResults(run.plan, run.facts.all(), verdict, {
    toolVersion: TOOL_VERSION,
    startedAt,
    endedAt,
    phases: run.timeline.phases(),
    node: process.version,
  });
  const screenshot =
    document.screenshot === null ? undefined : await readFile(run.directory.screenshot).catch(() => undefined);
  const { results } = await writeArtifacts(run.directory.root, document, { screenshot });
  return { verdict, results };
}
