import { hostname } from 'node:os';
import { messageOf } from '../../base/errors.ts';
import { ownFile } from '../../base/own-files.ts';
import type { Argv } from '../../base/process.ts';
import { readSettings } from '../../config/settings.ts';
import { CHANNEL, claim } from '../../queue/requests.ts';
import type { Lease } from '../../queue/types.ts';
import { registerWorker, retireWorker, seenAlive } from '../../queue/workers.ts';
import { cleanRuns } from '../../run/janitor.ts';
import { connectEngine } from '../../swarm/engine.ts';
import { listenTo } from '../listening.ts';
import { startLoop } from '../loop.ts';
import type { WorkerContext } from '../server.ts';
import { type Held, hold, renewAll } from './held.ts';
import { takePlace } from './predecessor.ts';
import { runRequest } from './run-request.ts';
import { sendRuns } from './send-runs.ts';
import { RUN_LIMITS, type RunLimits } from './watchdog.ts';

export interface WorkerOptions extends WorkerContext {
  /** What makes a run, with its first arguments; `cc-ci` itself unless given. */
  readonly program?: Argv | undefined;
  /** Finishes what dead runs left; the janitor unless given. */
  readonly cleanUp?: (() => Promise<void>) | undefined;
  /** How long a run may take; `RUN_LIMITS` unless given. */
  readonly limits?: RunLimits | undefined;
}

export interface RunningWorker {
  /** Takes nothing more, ends what runs and puts it back for others. Resolves when all of it is torn down. */
  stop(): Promise<void>;
}

/** Well within a lease, also when one of them is lost. */
const BEAT_MS = 5000;
/** Covers whatever wake-up was lost. */
const LOOK_MS = 5000;

/**
 * Starts a worker: it takes requests as long as it has a free slot, makes a run of each as a process of its own, and writes
 * its end down. It renews its leases on a connection that nothing else uses.
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { store, settings, paths, log, program = [ownFile('cc-ci')], limits = RUN_LIMITS } = options;
  const worker = { ...settings.worker, name: settings.worker.name ?? hostname() };
  const place = await takePlace(paths, worker.name);
  const pulse = store.reserve();
  const sender = sendRuns(options);
  const all = new Map<Held, Promise<void>>();
  let workerId: number | undefined;
  let ending = false;
  let isClean = false;

  const cleanUp = options.cleanUp ?? (() => janitor(options));
  const freeAs = () => (ending || all.size >= worker.slots ? undefined : workerId);
  const begin = (lease: Lease) => {
    const held = hold(lease);
    const work = runRequest({ ...options, program, cleanUp, limits, sendRun: sender.send }, held)
      .catch((error: unknown) => log(`request ${lease.requestId}: ${messageOf(error)}`))
      .finally(() => {
        all.delete(held);
        claims.wake();
      });
    all.set(held, work);
  };
  const beats = startLoop({
    name: 'heartbeat of the worker',
    everyMs: BEAT_MS,
    log,
    async round() {
      if (workerId !== undefined && !(await seenAlive(pulse, workerId))) {
        log(`worker ${workerId}: was declared dead; what it ran is ended`);
        workerId = undefined;
        for (const held of all.keys()) held.stop('lost');
      }
      if (workerId === undefined && !ending) {
        for (const id of await place.takeOver(pulse)) log(`request ${id}: its worker was killed here; it waits again`);
        workerId = await registerWorker(pulse, worker);
        await place.enter(workerId);
        claims.wake();
      }
      await renewAll(pulse, all.keys());
    },
  });
  const claims = startLoop({
    name: 'worker',
    everyMs: LOOK_MS,
    log,
    async round() {
      if (!isClean) await cleanUp();
      isClean = true;
      for (let id = freeAs(); id !== undefined; id = freeAs()) {
        const lease = await claim(store.db, id);
        if (lease === undefined) return;
        begin(lease);
      }
    },
  });
  const wake = () => {
    claims.wake();
    // Somebody may have asked for the end of what runs.
    beats.wake();
  };
  const notified = listenTo(store, CHANNEL, wake, log);
  return {
    async stop() {
      ending = true;
      await notified.stop();
      await claims.stop();
      for (const held of all.keys()) held.stop('hand-back');
      await Promise.all(all.values());
      await sender.stop();
      await beats.stop();
      if (workerId !== undefined) await retireWorker(pulse, workerId).catch(() => undefined);
      await place[Symbol.asyncDispose]();
      await pulse.destroy();
    },
  };
}

/** Finishes the teardown of runs that died, before others take their place. */
async function janitor({ paths, log }: WorkerContext): Promise<void> {
  const engine = await connectEngine(readSettings().dockerSocket);
  try {
    await cleanRuns(engine, paths, { report: log });
  } finally {
    engine.close();
  }
}
