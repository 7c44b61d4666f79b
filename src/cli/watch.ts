import { messageOf } from '../base/errors.ts';
import { type Line, wantsColour, writeLines } from '../results/ink.ts';
import { plainText } from '../results/plain-text.ts';
import { runRecipe } from '../run/execute.ts';
import type { RunOptions } from '../run/open-run.ts';
import type { RunDirectory } from '../run/run-directory.ts';
import type { Plan, RunRequest } from '../run/types.ts';
import { type Inbox, openInbox } from '../run/watch/inbox.ts';
import { beginLines, endLines, stepLines } from '../run/watch/print.ts';
import { watchRecipe } from '../run/watch/session.ts';
import { shortName, stackServices } from '../swarm/deploy.ts';
import { connectEngine } from '../swarm/engine.ts';
import { serviceLogs } from '../swarm/logs.ts';
import { EXIT } from './exit-codes.ts';
import { tellHowToReach } from './how-to-reach.ts';
import { showRun } from './show-run.ts';
import { KEY_HELP, type KeyAction, listenForKeys } from './watch-keys.ts';

/** Lines of each service's log that the key for logs shows. */
const LOG_LINES = 20;

interface WatchedApp {
  readonly plan: Plan;
  readonly directory: RunDirectory;
}

/**
 * `cc-ci test --watch`: shows a session and passes on what keys ask for. Returns the exit code, which tells only whether all was
 * removed at the end: a session has no verdict.
 */
export async function watchOnTerminal(
  request: RunRequest,
  options: Omit<RunOptions, 'report'>,
  json: boolean,
): Promise<number> {
  const quit = new AbortController();
  const inbox = openInbox();
  const screen = openScreen(json);
  let app: WatchedApp | undefined;
  const keys = process.stdin.isTTY
    ? listenForKeys(process.stdin, (action) => {
        if (action === 'quit') {
          if (!quit.signal.aborted) screen.say('quitting; removing the app');
          quit.abort('the key q');
        } else onKey(action, { inbox, screen, app, options });
      })
    : undefined;
  const signal = AbortSignal.any([quit.signal, options.signal]);
  try {
    const end = await watchRecipe(
      { ...request, worktree: true, keep: false, tiers: ['install', 'backup', 'restore', 'functional', 'lint'] },
      {
        ...options,
        signal,
        inbox,
        report: (event) => {
          if (event.event === 'progress') screen.say(event.text);
        },
        onApp(up) {
          app = up;
        },
        onBegin: (round) => screen.print(beginLines(round)),
        onStep: (outcome) => screen.print(stepLines(outcome)),
        onRound(round) {
          screen.print(endLines(round));
          screen.document(round);
          if (round.round === 1 && app !== undefined) sayHow(app, screen);
          if (keys !== undefined) screen.say(KEY_HELP);
        },
        fullRun: () =>
          fullRun({ ...request, worktree: true, keep: false, domain: undefined }, { ...options, signal }, screen),
      },
    );
    if (end.residue.length === 0) return EXIT.success;
    screen.say(`left behind: ${end.residue.join(', ')}; \`cc-ci clean\` tries again`);
    return EXIT.error;
  } finally {
    keys?.[Symbol.dispose]();
  }
}

/** The run that counts, beside the session: a red one ends nothing, and one that is refused says why. */
async function fullRun(request: RunRequest, options: Omit<RunOptions, 'report'>, screen: Screen): Promise<void> {
  screen.say('the full run, from nothing, with an app of its own:');
  const show = showRun({ json: true });
  try {
    const outcome = await runRecipe(request, { ...options, outDir: undefined, report: show.report });
    if (screen.json) screen.document({ run: outcome.results });
    else await showRun({ json: false }).finish(outcome);
  } catch (error: unknown) {
    options.signal.throwIfAborted();
    screen.say(messageOf(error));
  }
}

function sayHow(app: WatchedApp, screen: Screen): void {
  tellHowToReach(app, 'watched').then(
    (text) => screen.say(`\n${text}`),
    (error: unknown) => screen.say(messageOf(error)),
  );
}

interface Seen {
  readonly inbox: Inbox;
  readonly screen: Screen;
  readonly app: WatchedApp | undefined;
  readonly options: Omit<RunOptions, 'report'>;
}

function onKey(action: Exclude<KeyAction, 'quit'>, { inbox, screen, app, options }: Seen): void {
  switch (action) {
    case 'help':
      screen.say(KEY_HELP);
      break;
    case 'open':
      if (app === undefined) screen.say('there is no app yet');
      else sayHow(app, screen);
      break;
    case 'logs':
      if (app === undefined) screen.say('there is no app yet');
      else
        showLogs(app.plan, options.settings.dockerSocket, screen).catch((error: unknown) =>
          screen.say(messageOf(error)),
        );
      break;
    case 'full':
    case 'fresh':
    case 'tests':
    case 'backup':
      inbox.ask(action);
  }
}

async function showLogs({ stackName }: Plan, dockerSocket: string, screen: Screen): Promise<void> {
  const engine = await connectEngine(dockerSocket);
  try {
    for (const { ID, Spec } of await stackServices(engine, stackName)) {
      const name = shortName(stackName, Spec.Name);
      const text = plainText(await serviceLogs(engine, ID, { tail: LOG_LINES })).trimEnd();
      screen.say(text === '' ? `${name} has written nothing` : text.replaceAll(/^/gm, `${name} | `));
    }
  } finally {
    engine.close();
  }
}

/** Where a session is shown: rounds on standard output, as text or as one JSON document a line; all else on standard error. */
interface Screen {
  readonly json: boolean;
  print(lines: readonly Line[]): void;
  document(value: unknown): void;
  say(text: string): void;
}

function openScreen(json: boolean): Screen {
  const colour = wantsColour(process.stdout);
  return {
    json,
    print(lines) {
      if (!json) process.stdout.write(`${writeLines(lines, colour)}\n`);
    },
    document(value) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    say(text) {
      process.stderr.write(`${text}\n`);
    },
  };
}
