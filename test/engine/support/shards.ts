import type { ShardPlace } from '../../support/shard-pool.ts';
import { openSecondEngine } from './second-engine.ts';

/** Engines that test files run on side by side, each with Swarm, network, router, addresses, ports and state of its own. */
export interface Shards extends AsyncDisposable {
  readonly places: readonly ShardPlace[];
}

/** Opens some at once. When one of them cannot be opened, none stays. Needs root. */
export async function openShards(count: number): Promise<Shards> {
  const opened = await Promise.allSettled(Array.from({ length: count }, () => openSecondEngine()));
  const engines = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const dispose = async () => {
    await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()));
  };
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await dispose();
    throw failed.reason;
  }
  return { places: engines.map(({ env, enter }) => ({ env, enter })), [Symbol.asyncDispose]: dispose };
}
