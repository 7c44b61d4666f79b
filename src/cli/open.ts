import { Command } from 'commander';
import { runProcess } from '../base/process.ts';
import { statePaths } from '../config/paths.ts';
import { credentialsFile } from '../run/credentials.ts';
import { findRun } from '../run/past/find-run.ts';
import { mustBeUp } from '../run/past/live-app.ts';
import { type PastRun, readRun } from '../run/past/read-run.ts';

/** `cc-ci open RUN`: how to reach an app that was kept; in a browser where there is a display. */
export function openCommand(): Command {
  return new Command('open')
    .summary('tell how to reach an app that was kept, and open it where there is a display')
    .description(
      'Prints the URL of a kept app, the file of its credentials, and how to reach it without DNS. Where there is a display it also opens the URL.',
    )
    .argument('[run]', 'id of a run, the beginning of one, `last`, or the path of a run’s directory', 'last')
    .option('--no-browser', 'only print')
    .action(async (which: string, flags: { readonly browser: boolean }) => {
      const paths = statePaths();
      const run = await readRun(await findRun(paths, which), paths);
      const state = await mustBeUp(run, paths);
      process.stdout.write(howToReach(run, run.plan.watch === true && state === 'live' ? 'watched' : state));
      if (!flags.browser || !hasDisplay(process.env)) return;
      const opened = await runProcess(['xdg-open', urlOf(run)], { timeoutMs: 10_000 });
      if (opened.exitCode !== 0) process.stderr.write('cc-ci: xdg-open could not open the URL\n');
    });
}

/** What a person needs to use the app. Pure. */
export function howToReach(run: Pick<PastRun, 'plan' | 'directory'>, state: 'live' | 'kept' | 'watched'): string {
  const { plan, directory } = run;
  const { address, httpsPort, authorityFile } = plan.edge;
  const trust = authorityFile === undefined ? '' : ` --cacert ${authorityFile}`;
  const lines: (readonly [string, string])[] = [
    ['url', urlOf(run)],
    ['credentials', state === 'live' ? 'none: the run still goes on' : credentialsFile(directory, plan)],
    ['router', `${address}:${httpsPort}, which knows the app by its name`],
    ['curl', `curl --resolve ${plan.domain}:${httpsPort}:${address}${trust} ${urlOf(run)}`],
    ['browser', `chromium --host-resolver-rules="MAP ${plan.domain} ${address}" ${urlOf(run)}`],
    ['any program', `a line in /etc/hosts: ${address} ${plan.hosts.length === 0 ? plan.domain : plan.hosts.join(' ')}`],
    ...(authorityFile === undefined ? [] : [['certificate', `signed by ${authorityFile}`] as const]),
    ...(state === 'live'
      ? []
      : [['remove', state === 'kept' ? `cc-ci clean --kept ${plan.runId}` : 'end the session'] as const]),
  ];
  return lines.map(([name, text]) => `${name.padEnd(12)} ${text}\n`).join('');
}

function urlOf({ plan }: Pick<PastRun, 'plan'>): string {
  const port = plan.edge.httpsPort === 443 ? '' : `:${plan.edge.httpsPort}`;
  return `https://${plan.domain}${port}/`;
}

function hasDisplay(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
}
