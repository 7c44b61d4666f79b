import { request } from 'node:http';

/** How long the Engine may be silent, in milliseconds. */
export interface Patience {
  /** A call that is not answered for so long is doubted. */
  readonly doubtMs: number;
  /** The Engine answers a ping at once, whatever else it does; one that has not by then has stopped working. */
  readonly pingMs: number;
}

export const PATIENCE: Patience = { doubtMs: 10_000, pingMs: 5000 };

/** A request that is not answered yet, or an answer that is being read. */
export interface Destroyable {
  destroy(reason: Error): unknown;
}

/** A call that is being waited for. */
export interface Watched extends Disposable {
  /** Why the call was ended by us, if it was. */
  reason(): Error | undefined;
}

/**
 * Ends a call to the Engine that will not be answered. A slow answer is no sign of that, as an Engine under load may take
 * many seconds for one: so it is asked for something that costs nothing, and the call goes on while it answers that, up to
 * the call's own limit.
 */
export function watchCall(
  outgoing: Destroyable,
  call: { readonly socket: string; readonly limitMs: number; readonly patience: Patience },
): Watched {
  const { socket, limitMs, patience } = call;
  const started = performance.now();
  let reason: Error | undefined;
  let over = false;
  let timer: NodeJS.Timeout;
  const give = (why: string) => {
    if (over) return;
    reason = Object.assign(new Error(why), { code: 'ETIMEDOUT' });
    outgoing.destroy(reason);
  };
  const doubt = async () => {
    if (!(await pings(socket, patience.pingMs))) give('it accepts connections and does not answer');
    else if (performance.now() - started >= limitMs) give(`it is alive, but silent to a call for ${limitMs / 1000} s`);
    else if (!over) arm();
  };
  const arm = () => {
    const leftMs = limitMs - (performance.now() - started);
    timer = setTimeout(() => void doubt(), Math.max(0, Math.min(patience.doubtMs, leftMs)));
    // The call itself keeps the process alive.
    timer.unref();
  };
  arm();
  return {
    reason: () => reason,
    [Symbol.dispose]() {
      over = true;
      clearTimeout(timer);
    },
  };
}

/** Whether the Engine answers at all, on a connection of its own. */
function pings(socket: string, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath: socket, path: '/_ping', agent: false, headers: { host: 'docker' } });
    const timer = setTimeout(() => ping.destroy(new Error('no answer')), limitMs);
    const end = (answered: boolean) => {
      clearTimeout(timer);
      resolve(answered);
    };
    ping.once('response', (response) => {
      response.resume();
      end(true);
    });
    ping.once('error', () => end(false));
    ping.end();
  });
}
