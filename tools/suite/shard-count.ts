const GIB = 1024 ** 3;

/** What the rest of the suite takes beside the shards. */
const RESERVED_BYTES = 2 * GIB;
/** An Engine with its router, a run with a browser, and the apps of the largest recipe: 1.2 GiB at the most were seen. */
const SHARD_BYTES = 1.5 * GIB;
/** Tests against an Engine wait for it more than they compute: docs/tests.md has the figures. */
const SHARDS_A_CORE = 1.5;

export interface Room {
  readonly cores: number;
  /** Memory that new programs may take without anything being swapped out. */
  readonly availableBytes: number;
  /** Of the Engine tests that are to be run. More shards than files are of no use. */
  readonly files: number;
}

/** How many Engines this machine bears beside each other; one at least. */
export function shardCount({ cores, availableBytes, files }: Room): number {
  const byCores = Math.floor(cores * SHARDS_A_CORE);
  const byMemory = Math.floor((availableBytes - RESERVED_BYTES) / SHARD_BYTES);
  return Math.max(1, Math.min(byCores, byMemory, files));
}
