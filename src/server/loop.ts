import { messageOf } from '../base/errors.ts';

export interface LoopOptions {
  /** Names it in the log and on the page. */
  readonly name: string;
  /** The longest pause between two rounds. */
  readonly everyMs: number;
  /** One round. What it rejects with is a problem that is shown, and the next round comes all the same. */
  readonly round: (signal: AbortSignal) => Promise<void>;
  readonly log: (line: string) => void;
}

/** Something that is done again and again for as long as the server lives. */
export interface Loop {
  readonly name: string;
  readonly everyMs: number;
  /** When a round last went well, in milliseconds of `Date.now()`. */
  readonly lastOk: () => number | undefined;
  /** What went wrong with the last round. */
  readonly problem: () => string | undefined;
  /** Begins the next round at once, or right after the one that goes on. */
  readonly wake: () => void;
  /** Ends it; resolves when the round that goes on is over. */
  readonly stop: () => Promise<void>;
}

/** Starts a loop. Its problems are logged when they begin, change and end, and not at every round. */
export function startLoop({ name, everyMs, round, log }: LoopOptions): Loop {
  const ending = new AbortController();
  let lastOk: number | undefined;
  let problem: string | undefined;
  let woken = false;
  let wakeUp: () => void = () => undefined;

  const pause = () =>
    new Promise<void>((resolve) => {
      if (woken || ending.signal.aborted) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, everyMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const go = async () => {
    while (!ending.signal.aborted) {
      woken = false;
      try {
        await round(ending.signal);
        if (problem !== undefined) log(`${name}: works again`);
        problem = undefined;
        lastOk = Date.now();
      } catch (error: unknown) {
        if (ending.signal.aborted) return;
        const message = messageOf(error);
        if (message !== problem) log(`${name}: ${message}`);
        problem = message;
      }
      await pause();
    }
  };
  const over = go();
  return {
    name,
    everyMs,
    lastOk: () => lastOk,
    problem: () => problem,
    wake() {
      woken = true;
      wakeUp();
    },
    async stop() {
      ending.abort(new Error('the server stops'));
      wakeUp();
      await over;
    },
  };
}
