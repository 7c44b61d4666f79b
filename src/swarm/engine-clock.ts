import type { Engine } from './engine.ts';
import type { DeployRecord } from './types.ts';

/** One moment by two clocks: the Engine's, which stamps what happens, and ours that only counts forwards. */
export type EngineMoment = Pick<DeployRecord, 'startedAtMs' | 'startedTick'>;

/** This moment. The Engine's clock is asked for, as ours may be set while a run goes on, and nothing of a run may depend on that. */
export async function engineMoment(engine: Engine): Promise<EngineMoment> {
  const { SystemTime: time } = await engine.info();
  return { startedAtMs: time === undefined ? Date.now() : Date.parse(time), startedTick: performance.now() };
}

/** What the Engine's clock shows now, Unix milliseconds. */
export function engineNow({ startedAtMs, startedTick }: EngineMoment): number {
  return startedTick === undefined ? Date.now() : startedAtMs + performance.now() - startedTick;
}
