import type { StatePaths } from '../../config/paths.ts';
import type { Engine } from '../../swarm/engine.ts';
import type { Reporter } from '../reporter.ts';
import type { Plan } from '../types.ts';
import { measureRoom, type RoomPlaces, withHeld } from './measure-room.ts';
import { look, type RoomGauge, takeRoom } from './take-room.ts';

/** How long a run waits for others to end, unless told otherwise. */
export const ROOM_WAIT_MS = 600_000;

export interface RoomOf {
  readonly engine: Engine;
  readonly paths: Pick<StatePaths, 'hostLocks'>;
  readonly plan: Plan;
  readonly places: RoomPlaces;
}

/** Takes for a planned run the room it needs, waiting for it where that can help: see `takeRoom`. */
export async function claimRoom(
  { engine, paths, plan, places }: RoomOf,
  wait: { readonly waitMs?: number | undefined; readonly signal: AbortSignal; readonly report: Reporter },
): Promise<AsyncDisposable> {
  if (plan.need === undefined) return new AsyncDisposableStack();
  return takeRoom(paths.hostLocks, gaugeOf(engine, places), {
    runId: plan.runId,
    stackName: plan.stackName,
    need: plan.need,
    waitMs: wait.waitMs ?? ROOM_WAIT_MS,
    signal: wait.signal,
    onWait: (text) => wait.report({ event: 'progress', text }),
  });
}

/** What `claimRoom` would do now, as a warning of the plan; what it would refuse at once is thrown. */
export async function foreseeRoom({ engine, paths, plan, places }: RoomOf): Promise<readonly string[]> {
  if (plan.need === undefined) return [];
  const found = await look(paths.hostLocks, gaugeOf(engine, places), plan.need);
  if (found.answer === 'never') throw found.lack;
  return found.answer === 'later' ? [`would wait for other runs: ${found.lack.message}`] : [];
}

function gaugeOf(engine: Engine, places: RoomPlaces): RoomGauge {
  return {
    measure: () => measureRoom(engine, places),
    withHeld: (room, claims) => withHeld(engine, room, claims),
  };
}
