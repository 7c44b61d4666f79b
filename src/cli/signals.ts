export interface SignalWatch extends Disposable {
  readonly signal: AbortSignal;
}

/** What asks a run to end: Ctrl-C, a supervisor, and a terminal that goes away. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first SIGINT, SIGTERM or SIGHUP asks the run to tear down and report; teardown is sacred, so later ones are only
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
  for (const name of SIGNALS) process.on(name, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, listener);
    },
  };
}
