import type { ApiEvent } from './api-types.ts';
import type { Engine } from './engine.ts';
import { lastLogLines } from './logs.ts';
import type { ObservedContainer } from './observation.ts';

/** Container facts that only events and a timely look can give: tasks say nothing of health, probes or memory. */
export interface ContainerWatch {
  /** Takes an event of one of the stack's containers. */
  take(event: ApiEvent): void;
  /** Asks for a container's state and last lines if that was not done since its last sign. */
  inspect(id: string): void;
  /** Waits until what was asked for has come, then tells what is known of a container. */
  settle(): Promise<void>;
  known(id: string | undefined): ObservedContainer | undefined;
}

const LOG_LINES = 12;

export function watchContainers(engine: Engine): ContainerWatch {
  const containers = new Map<string, ObservedContainer>();
  const inspected = new Set<string>();
  const running = new Set<Promise<void>>();
  const merge = (id: string, facts: Partial<ObservedContainer>) => {
    containers.set(id, { ...(containers.get(id) ?? emptyContainer(id)), ...facts });
  };
  const inspect = (id: string, again: boolean) => {
    if (inspected.has(id) && !again) return;
    inspected.add(id);
    // It may be gone by now: then what the events told is all there is.
    const work = lookAt(engine, id).then(
      (facts) => merge(id, facts),
      () => undefined,
    );
    running.add(work);
    void work.then(() => running.delete(work));
  };
  return {
    take(event) {
      const { ID: id, Attributes: attributes } = event.Actor;
      const atMs = Math.floor(event.timeNano / 1e6);
      if (event.Action === 'oom') merge(id, { oomAtMs: atMs });
      if (event.Action === 'health_status: unhealthy') {
        merge(id, { unhealthyAtMs: containers.get(id)?.unhealthyAtMs ?? atMs });
        inspect(id, true);
      }
      if (event.Action === 'die') {
        merge(id, { diedAtMs: atMs, exitCode: Number(attributes?.['exitCode'] ?? Number.NaN) });
        inspect(id, true);
      }
    },
    inspect: (id) => inspect(id, false),
    async settle() {
      while (running.size > 0) await Promise.all(running);
    },
    known: (id) => (id === undefined ? undefined : containers.get(id)),
  };
}

function emptyContainer(id: string): ObservedContainer {
  return {
    id,
    diedAtMs: undefined,
    exitCode: undefined,
    oomAtMs: undefined,
    unhealthyAtMs: undefined,
    probes: [],
    lastLines: [],
  };
}

async function lookAt(engine: Engine, id: string): Promise<Partial<ObservedContainer>> {
  const [container, lastLines] = await Promise.all([
    engine.container(id),
    lastLogLines(engine, id, LOG_LINES).catch(() => []),
  ]);
  const failed = (container.State.Health?.Log ?? []).filter(({ ExitCode }) => ExitCode !== 0);
  const probes = failed
    .slice(-3)
    .map(
      ({ ExitCode, Output }) =>
        `health check (exit ${ExitCode}): ${Output.trim() === '' ? 'no output' : Output.trim()}`,
    );
  return {
    lastLines,
    ...(probes.length === 0 ? {} : { probes }),
    ...(container.State.OOMKilled ? { oomAtMs: Date.now() } : {}),
  };
}
