/** What a person can ask for while an app is watched. */
export type WatchCommand = 'full' | 'fresh' | 'tests' | 'backup';

/** Where a watch session is told what there is to do. Nothing that comes in while it is busy is lost. */
export interface Inbox {
  /** Something may have changed: have a look. */
  ring(): void;
  ask(command: WatchCommand): void;
  /** The next thing to do: what was asked for, in order, and then a look. Rejects once the signal fires. */
  next(signal: AbortSignal): Promise<WatchCommand | 'look'>;
}

/** Opens an inbox. Any number of rings is one look. */
export function openInbox(): Inbox {
  const asked: WatchCommand[] = [];
  let rung = false;
  let wake = () => {};
  const take = (): WatchCommand | 'look' | undefined => {
    const command = asked.shift();
    if (command !== undefined || !rung) return command;
    rung = false;
    return 'look';
  };
  return {
    ring() {
      rung = true;
      wake();
    },
    ask(command) {
      if (!asked.includes(command)) asked.push(command);
      wake();
    },
    async next(signal) {
      for (;;) {
        signal.throwIfAborted();
        const found = take();
        if (found !== undefined) return found;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        signal.addEventListener('abort', wake, { once: true });
        await promise;
        signal.removeEventListener('abort', wake);
      }
    },
  };
}
