import { openJsonLines } from '../../base/files.ts';
import { withOpenRun } from '../open-run.ts';
import { removeWork } from '../teardown.ts';
import type { RunRequest } from '../types.ts';
import { oneRound } from './one-round.ts';
import { type Session, takeDown, type WatchOptions } from './session-state.ts';
import { settledTree, watchTree } from './watch-tree.ts';

/** How a session ended. */
export interface WatchEnd {
  readonly runId: string;
  readonly rounds: number;
  /** What could not be removed; empty when nothing is left. */
  readonly residue: readonly string[];
}

/**
 * Installs the app of a work tree and keeps it up while the recipe is edited: after each change what it can affect is done
 * again. Ends with the signal, and then removes everything, as a run does. Gives no verdict and no level.
 */
export function watchRecipe(request: RunRequest, options: WatchOptions): Promise<WatchEnd> {
  return withOpenRun(request.domain, options, async (open) => {
    await using facts = await openJsonLines(open.directory.facts);
    const session: Session = {
      request,
      options,
      open,
      facts,
      held: new AsyncDisposableStack(),
      ports: new Set(),
      outcomes: new Map(),
      rounds: 0,
      known: '',
      identity: undefined,
      lintBase: undefined,
      deployment: undefined,
    };
    let residue: readonly string[] = [];
    try {
      using watcher = watchTree(request.source, () => options.inbox.ring());
      void watcher;
      options.inbox.ring();
      await obey(session);
    } catch (error: unknown) {
      if (!options.signal.aborted) throw error;
    } finally {
      residue = await takeDown(session);
      await removeWork(open);
      if (residue.length === 0) await open.journal.close();
    }
    return { runId: open.runId, rounds: session.rounds, residue };
  });
}

/** Does what comes in, one thing after the other, until the signal fires. */
async function obey(session: Session): Promise<never> {
  const { options, request } = session;
  for (;;) {
    const next = await options.inbox.next(options.signal);
    if (next === 'full') {
      // The run has a stack of its own beside ours; only ports of this host cannot be had twice.
      if (session.ports.size > 0) await takeDown(session);
      await options.fullRun();
      if (session.deployment === undefined) options.inbox.ask('fresh');
      continue;
    }
    const tree = await settledTree(request.source, session.known, options.signal);
    if (next === 'look' && tree.hash === session.known) continue;
    session.known = tree.hash;
    await oneRound(session, next === 'look' ? undefined : next);
  }
}
