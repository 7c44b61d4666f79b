import { readFile, writeFile } from 'node:fs/promises';
import { TOOL_VERSION } from '../config/version.ts';
import { writeArtifacts } from '../results/artifacts.ts';
import { scanForSecrets } from '../results/leak-scan.ts';
import type { RunResults } from '../results/schema.ts';
import type { RunContext } from './context.ts';
import { buildResults } from './results-document.ts';
import { judge } from './verdict/judge.ts';

/**
 * The end of a run: judge, render, and look for secrets in all that was written. The verdict is made from plan and facts
 * alone; only a secret that is found in an artifact afterwards makes it be made once more.
 */
export async function finishRun(
  run: RunContext,
  end: { readonly startedAt: Date; readonly kept: boolean },
): Promise<RunResults> {
  if (end.kept) await keepCredentials(run);
  const endedAt = new Date();
  const results = await render(run, end.startedAt, endedAt);
  const leaks = await scanForSecrets(run.directory.root, [...run.secrets.values()]);
  const leaked = leaks.filter((leak) => !leak.startsWith('credentials.json:'));
  run.facts.record({ fact: 'leak-scan', leaks: leaked });
  return leaked.length === 0 ? results : await render(run, end.startedAt, endedAt);
}

async function render(run: RunContext, startedAt: Date, endedAt: Date): Promise<RunResults> {
  const verdict = judge(run.plan, run.facts.all());
  run.report({ event: 'verdict', verdict });
  const document = buildResults(run.plan, run.facts.all(), verdict, {
    toolVersion: TOOL_VERSION,
    startedAt,
    endedAt,
    phases: run.timeline.phases(),
    node: process.version,
  });
  const screenshot =
    document.screenshot === null ? undefined : await readFile(run.directory.screenshot).catch(() => undefined);
  return (await writeArtifacts(run.directory.root, document, { screenshot })).results;
}

/** What a person needs to use a kept app; readable by its owner only. */
async function keepCredentials(run: RunContext): Promise<void> {
  const { plan } = run;
  const secrets = Object.fromEntries(run.secrets);
  run.facts.record({ fact: 'teardown', removed: 0, residue: [], ms: 0, kept: true });
  await writeFile(
    run.directory.credentials,
    `${JSON.stringify({ url: `https://${plan.domain}`, stackName: plan.stackName, secrets }, null, 2)}\n`,
    { mode: 0o600 },
  );
}
