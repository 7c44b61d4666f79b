import { Command } from 'commander';
import { countOf } from '../base/text.ts';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { cleanRuns } from '../run/janitor.ts';
import { connectEngine } from '../swarm/engine.ts';
import { EXIT } from './exit-codes.ts';

interface CleanFlags {
  readonly kept?: string | boolean;
  readonly json?: boolean;
}

/** `cc-ci clean`: finishes what dead runs left; never touches a live one. */
export function cleanCommand(): Command {
  return new Command('clean')
    .summary('finish the teardown of runs that died')
    .description(
      'Removes what runs that were killed left behind, by their journals and by label. Runs that are alive hold a kernel lock and are never touched.',
    )
    .option('--kept [run-id]', 'also remove apps that were kept with --keep: all of them, or one run’s')
    .option('--json', 'print the report as JSON')
    .action(async (flags: CleanFlags) => {
      const engine = await connectEngine(readSettings().dockerSocket);
      try {
        const report = await cleanRuns(engine, statePaths(), {
          kept: flags.kept === true ? '*' : flags.kept === false ? undefined : flags.kept,
          report: (text) => process.stderr.write(`${text}\n`),
        });
        const residue = report.cleaned.flatMap((run) => run.residue);
        if (flags.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
        else {
          for (const run of report.cleaned)
            process.stdout.write(
              `${run.runId}: removed ${countOf(run.removed.length, 'object')}${run.residue.length === 0 ? '' : `, left ${run.residue.join(', ')}`}\n`,
            );
          for (const runId of report.live) process.stdout.write(`${runId}: alive, left alone\n`);
          for (const runId of report.kept)
            process.stdout.write(`${runId}: kept, left alone (--kept ${runId} removes it)\n`);
          if (report.cleaned.length === 0) process.stdout.write('nothing to clean\n');
        }
        process.exitCode = residue.length === 0 ? EXIT.success : EXIT.error;
      } finally {
        engine.close();
      }
    });
}
