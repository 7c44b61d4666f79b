import { Command, Option } from 'commander';
import { statePaths } from '../config/paths.ts';
import type { Tier } from '../results/schema.ts';
import { explainRun } from '../run/explain/explain.ts';
import { printExplanation } from '../run/explain/print.ts';
import { findRun } from '../run/past/find-run.ts';
import { readRun, refuseWatched } from '../run/past/read-run.ts';
import { TIERS } from '../run/types.ts';
import { EXIT } from './exit-codes.ts';

/** Where a terminal does not say how wide it is, and at most where it is wider than one likes to read. */
const WIDTH = { unknown: 100, most: 120 } as const;

/** `cc-ci explain RUN`: from the facts to the verdict, in prose, without an Engine. */
export function explainCommand(): Command {
  return new Command('explain')
    .summary('tell how a verdict follows from what was seen')
    .description(
      'Prints what was planned for each tier and why, what was seen when, what was checked by it, and what ended the climb. Reads only the run’s directory and judges it anew; ends with 3 when that is not what was published.',
    )
    .argument('[run]', 'id of a run, the beginning of one, `last`, or the path of a run’s directory', 'last')
    .addOption(new Option('--tier <tier>', 'only this tier').choices(TIERS))
    .action(async (which: string, flags: { readonly tier?: Tier }) => {
      const paths = statePaths();
      const run = await readRun(await findRun(paths, which), paths);
      refuseWatched(run);
      const explanation = explainRun(run, flags.tier);
      const width = Math.min(process.stdout.columns ?? WIDTH.unknown, WIDTH.most);
      process.stdout.write(`${printExplanation(explanation, width)}\n`);
      process.exitCode = explanation.disagreements.length === 0 ? EXIT.success : EXIT.error;
    });
}
