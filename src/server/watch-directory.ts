import { watch } from 'node:fs';

const SETTLE_MS = 200;

/** Calls back when something below a directory has changed and is quiet again. Disposal ends it. */
export function watchDirectory(directory: string, onChange: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(directory, { recursive: true, persistent: false }, () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
    timer.unref();
  });
  // A directory that is taken away ends the watch; the regular look at the list goes on.
  watcher.on('error', () => watcher.close());
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
