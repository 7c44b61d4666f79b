export interface SignalWatch extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * The first SIGINT or SIGTERM asks the run to tear down and report; teardown is sacred, so later ones are only
 * acknowledged. Whoever must end it at once has SIGKILL, and `cc-ci clean` afterwards.
 */
export function onSignals(): SignalWatch {
  const controller = new AbortController();
  const listener = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      process.stderr.write(`cc-ci: ${name} again; tearing down, which takes seconds\n`);
      return;
    }
    process.stderr.write(`cc-ci: ${name}; tearing down\n`);
    controller.abort(name);
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
