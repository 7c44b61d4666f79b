import { delay } from '../base/deadline.ts';
import type { ApiStats } from './api-types.ts';
import { shortName } from './deploy.ts';
import type { Engine } from './engine.ts';
import { type ServiceUsage, STACK_LABEL } from './types.ts';

/** Disposal ends the watch at once: the Engine, which answers such questions once a second, is not waited for. */
export interface UsageWatch extends AsyncDisposable {
  /** What is known so far, sorted by service. */
  current(): readonly ServiceUsage[];
  /** Takes a last sample and ends the watch; takes up to 2 s. */
  stop(): Promise<readonly ServiceUsage[]>;
}

interface ContainerUsage {
  readonly service: string;
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/**
 * Samples memory and processor time of a stack's containers, once a second unless given. The peak of a service is the
 * highest sum over its containers at one moment; processor time adds up over all of them, also those that are gone.
 */
export function watchUsage(
  engine: Engine,
  stackName: string,
  signal: AbortSignal,
  options: {
    readonly intervalMs?: number;
    /** Told of a service whose container has as many processes as it may have. */
    readonly onFull?: (service: string) => void;
  } = {},
): UsageWatch {
  const own = new AbortController();
  const stop = AbortSignal.any([own.signal, signal]);
  const peaks = new Map<string, number>();
  const processor = new Map<string, { readonly service: string; readonly seconds: number }>();
  const sample = async (until: AbortSignal) => {
    const containers = await engine.containers({ label: [`${STACK_LABEL}=${stackName}`], status: ['running'] });
    const memory = new Map<string, number>();
    await Promise.all(
      containers.map(async ({ Id, Labels }) => {
        const service = shortName(stackName, Labels['com.docker.swarm.service.name'] ?? '');
        // A container may end between the list and the question.
        const stats = await engine.containerStats(Id, until).catch(() => undefined);
        if (stats === undefined) return;
        const usage = readStats(service, stats);
        memory.set(service, (memory.get(service) ?? 0) + usage.memoryBytes);
        if (isFull(stats)) options.onFull?.(service);
        processor.set(Id, { service, seconds: Math.max(usage.cpuSeconds, processor.get(Id)?.seconds ?? 0) });
      }),
    );
    for (const [service, bytes] of memory) peaks.set(service, Math.max(bytes, peaks.get(service) ?? 0));
  };
  const loop = (async () => {
    while (!stop.aborted) {
      // Figures are wanted, not needed: an Engine that is busy or gone costs a sample, never the run.
      await sample(stop).catch(() => undefined);
      await delay(options.intervalMs ?? 1000, stop).catch(() => undefined);
    }
  })();
  const current = () =>
    [...peaks]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([service, peakMemoryBytes]) => ({
        service,
        peakMemoryBytes,
        cpuSeconds: [...processor.values()]
          .filter((entry) => entry.service === service)
          .reduce((sum, { seconds }) => sum + seconds, 0),
      }));
  const end = async () => {
    own.abort();
    await loop;
  };
  return {
    current,
    async stop() {
      await end();
      await sample(signal).catch(() => undefined);
      return current();
    },
    [Symbol.asyncDispose]: end,
  };
}

/** What the containers of some stacks use now, in bytes. The Engine takes a second to answer. */
export async function readStackMemory(
  engine: Engine,
  stackNames: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const containers = await engine.containers({ label: [STACK_LABEL], status: ['running'] });
  const memory = new Map<string, number>();
  await Promise.all(
    containers.map(async ({ Id, Labels }) => {
      const stack = Labels[STACK_LABEL] ?? '';
      if (!stackNames.includes(stack)) return;
      const stats = await engine.containerStats(Id).catch(() => undefined);
      if (stats !== undefined) memory.set(stack, (memory.get(stack) ?? 0) + readStats('', stats).memoryBytes);
    }),
  );
  return memory;
}

/** Where there is no limit the Engine says 0, or a number that none reaches. */
function isFull({ pids_stats: pids }: ApiStats): boolean {
  return (pids?.limit ?? 0) > 0 && (pids?.current ?? 0) >= (pids?.limit ?? 0);
}

/** Memory without what the kernel could drop (the file cache), as `docker stats` shows it. Pure. */
export function readStats(service: string, stats: ApiStats): ContainerUsage {
  const memory = stats.memory_stats;
  const cache = memory?.stats?.['total_inactive_file'] ?? memory?.stats?.['inactive_file'] ?? 0;
  return {
    service,
    memoryBytes: Math.max(0, (memory?.usage ?? 0) - cache),
    cpuSeconds: (stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9,
  };
}
