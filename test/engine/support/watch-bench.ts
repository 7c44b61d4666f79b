import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statePaths } from '../../../src/config/paths.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { RunDirectory } from '../../../src/run/run-directory.ts';
import type { Plan, RunRequest } from '../../../src/run/types.ts';
import { type Inbox, openInbox } from '../../../src/run/watch/inbox.ts';
import type { Round } from '../../../src/run/watch/round.ts';
import { type WatchEnd, watchRecipe } from '../../../src/run/watch/session.ts';

/** A watch session without a terminal: its rounds come one by one. Disposal ends it. */
export interface WatchBench extends AsyncDisposable {
  readonly inbox: Inbox;
  /** The next round that has not been taken yet. */
  next(): Promise<Round>;
  save(path: string, text: string): Promise<void>;
  app(): { readonly plan: Plan; readonly directory: RunDirectory };
  fullRuns(): number;
  end(): Promise<WatchEnd>;
}

/** Begins to watch a recipe's work tree. */
export function openWatchBench(dir: string, outDir: string): WatchBench {
  const inbox = openInbox();
  const quit = new AbortController();
  const rounds: Round[] = [];
  let wake = () => {};
  let app: { readonly plan: Plan; readonly directory: RunDirectory } | undefined;
  let fullRuns = 0;
  const request: RunRequest = {
    source: dir,
    ref: undefined,
    base: undefined,
    tiers: ['install', 'backup', 'restore', 'functional', 'lint'],
    domain: undefined,
    env: {},
    secrets: {},
    worktree: true,
    keep: false,
    deadlineSeconds: 900,
  };
  const ended = watchRecipe(request, {
    paths: statePaths(),
    settings: readSettings(),
    enrolledDir: undefined,
    outDir,
    signal: quit.signal,
    inbox,
    report: () => undefined,
    onApp(up) {
      app = up;
    },
    onBegin: () => undefined,
    onStep: () => undefined,
    onRound(round) {
      rounds.push(round);
      wake();
    },
    fullRun() {
      fullRuns += 1;
      return Promise.resolve();
    },
  });
  // A session that fails is told by whoever waits for its next round, and by `end`.
  const failed = ended.then(() => Promise.reject(new Error('the session has ended')));
  failed.catch(() => undefined);
  const end = () => {
    quit.abort(new Error('the end of the test'));
    return ended;
  };
  return {
    inbox,
    async next() {
      for (;;) {
        const round = rounds.shift();
        if (round !== undefined) return round;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await Promise.race([promise, failed]);
      }
    },
    save: (path, text) => writeFile(join(dir, path), text),
    app() {
      if (app === undefined) throw new Error('no app was installed');
      return app;
    },
    fullRuns: () => fullRuns,
    end,
    async [Symbol.asyncDispose]() {
      await end().catch(() => undefined);
    },
  };
}
