import { Command } from 'commander';
import { runProcess } from '../base/process.ts';
import { statePaths } from '../config/paths.ts';
import { findRun } from '../run/past/find-run.ts';
import { mustBeUp } from '../run/past/live-app.ts';
import { readRun } from '../run/past/read-run.ts';
import { tellHowToReach, urlOf } from './how-to-reach.ts';

/** `cc-ci open RUN`: how to reach an app that is kept or watched; in a browser where there is a display. */
export function openCommand(): Command {
  return new Command('open')
    .summary('tell how to reach an app that is kept or watched, and open it where there is a display')
    .description(
      'Prints the URL of a kept or watched app, the file of its credentials, and how to reach it without DNS. Where there is a display it also opens the URL.',
    )
    .argument('[run]', 'id of a run, the beginning of one, `last`, or the path of a run’s directory', 'last')
    .option('--no-browser', 'only print')
    .action(async (which: string, flags: { readonly browser: boolean }) => {
      const paths = statePaths();
      const run = await readRun(await findRun(paths, which), paths);
      const state = await mustBeUp(run, paths);
      process.stdout.write(await tellHowToReach(run, run.plan.watch === true && state === 'live' ? 'watched' : state));
      if (!flags.browser || !hasDisplay(process.env)) return;
      const opened = await runProcess(['xdg-open', urlOf(run)], { timeoutMs: 10_000 });
      if (opened.exitCode !== 0) process.stderr.write('cc-ci: xdg-open could not open the URL\n');
    });
}

function hasDisplay(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
}
