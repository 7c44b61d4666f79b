import { formatReport } from '../../src/cli/setup.ts';
import { runSetup } from '../../src/host/setup/setup.ts';
import { testHome } from '../../test/support/home.ts';
import { type Project, testSteps } from '../../test/support/set-up/steps.ts';

/** Brings about what some projects of the tests need on this machine, and says on standard error what it found and did. */
export async function prepareTests(projects: readonly Project[]): Promise<void> {
  const write = (line: string) => process.stderr.write(`${line}\n`);
  await runSetup((context) => testSteps(context, projects), {
    paths: testHome(),
    say: (line) => write(`  … ${line}`),
    onReport: (report) => write(formatReport(report)),
  });
}
