import { connect } from 'node:net';
import { delay, startDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';

/** Milliseconds that a connection has to stay open to count: a port whose backend is gone accepts and closes at once. */
const HOLD_MS = 200;
const PAUSE_MS = 200;
const CONNECT_MS = 2000;
const NOBODY = 'no running task of the stack has published it';

export interface TcpProbeOptions {
  /** How many connections in a row have to succeed. */
  readonly stable: number;
  /** Upper bound in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where a port is listened on at this moment; undefined where nobody does who may answer for it. */
export type Locate = () => Promise<{ readonly address: string; readonly port: number } | undefined>;

/** Connects until `stable` connections in a row were accepted and held open, or the bound ends it. Never rejects. */
export async function tcpProbe(
  locate: Locate,
  options: TcpProbeOptions,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  using deadline = startDeadline(options.timeoutMs, options.signal);
  let inRow = 0;
  let last = 'not tried';
  while (!deadline.signal.aborted) {
    const { where, failure } = await connectWhere(locate);
    inRow = failure === undefined ? inRow + 1 : 0;
    if (inRow >= options.stable) return { ok: true, detail: `${where} accepted ${inRow} connections in a row` };
    last = failure === undefined ? `${where} connected` : `${where} ${failure}`.trim();
    await delay(PAUSE_MS, deadline.signal).catch(() => undefined);
  }
  return { ok: false, detail: `${last}; ${inRow} of ${options.stable} connections in a row` };
}

async function connectWhere(locate: Locate): Promise<{ readonly where: string; readonly failure: string | undefined }> {
  try {
    const place = await locate();
    if (place === undefined) return { where: '', failure: NOBODY };
    const where = `${place.address}:${place.port}`;
    return { where, failure: await connectOnce(place.address, place.port) };
  } catch (error: unknown) {
    return { where: '', failure: messageOf(error) };
  }
}

/** Undefined when the connection was accepted and held, else why not. */
function connectOnce(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: CONNECT_MS });
    const finish = (failure: string | undefined): void => {
      clearTimeout(held);
      socket.destroy();
      resolve(failure);
    };
    let held: NodeJS.Timeout | undefined;
    socket.once('connect', () => {
      held = setTimeout(() => finish(undefined), HOLD_MS);
    });
    socket.once('error', (error) => finish(messageOf(error)));
    socket.once('end', () => finish('closed at once'));
    socket.once('timeout', () => finish('no answer'));
    socket.resume();
  });
}
