import { resolve } from 'node:path';
import { Command } from 'commander';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { findRun } from '../run/past/find-run.ts';
import { readRun, refuseWatched } from '../run/past/read-run.ts';
import { printReplay } from '../run/replay/print.ts';
import { type Replay, replayRun } from '../run/replay/replay.ts';
import { EXIT } from './exit-codes.ts';
import { showRun } from './show-run.ts';
import { onSignals } from './signals.ts';
import { addSuppliedOptions, readSecrets } from './test.ts';

interface ReplayFlags {
  readonly env: Record<string, string>;
  readonly secret: Record<string, string>;
  readonly out?: string;
  readonly json?: boolean;
}

/** `cc-ci replay RUN`: the same run again, here, and what came out differently. */
export function replayCommand(): Command {
  return addSuppliedOptions(new Command('replay'))
    .summary('make a run again from its bundle, and list what came out differently')
    .description(
      'Makes a run again on this machine from what its directory holds: same commit, base, env, tiers and seeds. Ends with 0 when the outcome is the same, green or red, and with 1 when it is not.',
    )
    .argument('[run]', 'id of a run, the beginning of one, `last`, or the path of a run’s directory', 'last')
    .option('--out <dir>', 'where the new run’s directory is made (default: below the state directory)')
    .option('--json', 'print both outcomes and the differences as JSON')
    .action(async (which: string, flags: ReplayFlags) => {
      const paths = statePaths();
      const past = await readRun(await findRun(paths, which), paths);
      refuseWatched(past);
      const signals = onSignals();
      try {
        const replay = await replayRun(past, {
          paths,
          settings: readSettings(),
          outDir: flags.out === undefined ? undefined : resolve(flags.out),
          signal: signals.signal,
          report: showRun({ json: flags.json === true }).report,
          env: flags.env,
          secrets: await readSecrets(flags.secret),
        });
        process.stdout.write(flags.json === true ? `${asJson(replay)}\n` : `\n${printReplay(replay)}\n`);
        process.exitCode = exitCodeOfReplay(replay);
      } finally {
        signals[Symbol.dispose]();
      }
    });
}

/** Someone who ends the second run has no answer, so that is no difference either. */
function exitCodeOfReplay({ same, after }: Replay): number {
  if (after.verdict === 'cancelled') return EXIT.cancelled;
  return same ? EXIT.success : EXIT.failure;
}

function asJson({ same, differences, before, after }: Replay): string {
  return JSON.stringify({ same, differences, before, after }, null, 2);
}
