import { delay } from '../../base/deadline.ts';
import { messageOf } from '../../base/errors.ts';
import type { Engine } from '../../swarm/engine.ts';
import { buildTable } from '../labels/table.ts';
import type { TraefikVersion } from '../types.ts';
import { readSwarm, type SwarmView } from './read-swarm.ts';
import type { RouterState } from './types.ts';

/** Task states have no event: while one is expected they are asked for this often (milliseconds). */
const PENDING_MS = 200;
/** A task's state trails its container's event by some tens of milliseconds: ask quickly for a moment after an event. */
const BURST_MS = 300;
const BURST_PAUSE_MS = 40;
/** Without any event all is read again now and then, in case one was lost. */
const IDLE_MS = 15_000;
const RETRY_MS = 500;

export interface FollowOptions {
  readonly network: string;
  readonly version: TraefikVersion;
  readonly signal: AbortSignal;
  readonly onState: (state: RouterState) => void;
  /** Told when the Engine does not answer; the last state stays in force. */
  readonly onTrouble: (sentence: string) => void;
}

/** Keeps the table true to the Swarm until the signal fires. */
export async function followSwarm(engine: Engine, options: FollowOptions): Promise<void> {
  const { signal, network, version, onState, onTrouble } = options;
  let wake = new AbortController();
  let burstUntil = 0;
  const watching = watchEvents(engine, signal, () => {
    burstUntil = performance.now() + BURST_MS;
    wake.abort();
  });
  let before = '';
  while (!signal.aborted) {
    wake = new AbortController();
    let pause = RETRY_MS;
    try {
      const view = await readSwarm(engine, network, version);
      const now = JSON.stringify(view.services);
      if (now !== before) onState(stateOf(view, version));
      before = now;
      pause = performance.now() < burstUntil ? BURST_PAUSE_MS : view.pending ? PENDING_MS : IDLE_MS;
    } catch (error: unknown) {
      onTrouble(messageOf(error));
    }
    await delay(pause, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
  }
  await watching;
}

/** The tables of what is up and of what is not. */
export function stateOf(view: SwarmView, version: TraefikVersion): RouterState {
  const waiting = view.services
    .filter(({ addresses }) => addresses.length === 0)
    .map((service) => ({ ...service, addresses: ['192.0.2.1'] }));
  return { table: buildTable(view.services, { version }), waiting: buildTable(waiting, { version }) };
}

async function watchEvents(engine: Engine, signal: AbortSignal, onEvent: () => void): Promise<void> {
  const filters = {
    type: ['container', 'service'],
    event: ['create', 'update', 'remove', 'start', 'die', 'destroy', 'health_status'],
  };
  while (!signal.aborted) {
    try {
      for await (const _event of engine.events({ filters, signal })) onEvent();
    } catch {
      await delay(RETRY_MS, signal).catch(() => undefined);
    }
  }
}
