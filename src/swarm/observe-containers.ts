import type { ApiContainer, ApiEvent } from './api-types.ts';
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
  const begin = (work: Promise<void>) => {
    running.add(work);
    void work.then(() => running.delete(work));
  };
  const merge = (id: string, facts: Partial<ObservedContainer>) => {
    const before = containers.get(id) ?? emptyContainer(id);
    // The Engine keeps five probes; when the first one failed is remembered here.
    const probeFailedAtMs = before.probeFailedAtMs ?? facts.probeFailedAtMs;
    containers.set(id, { ...before, ...facts, probeFailedAtMs });
  };
  const lookAtProbes = (id: string) => {
    begin(
      engine.container(id).then(
        (container) => merge(id, probesOf(container)),
        () => undefined,
      ),
    );
  };
  const inspect = (id: string, again: boolean) => {
    if (inspected.has(id) && !again) return;
    inspected.add(id);
    // It may be gone by now: then what the events told is all there is.
    begin(
      lookAt(engine, id).then(
        (facts) => merge(id, facts),
        () => undefined,
      ),
    );
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
      // A probe has begun, so the one before is written down; or one has failed. The state tells more than the event.
      const failedProbe = event.Action === 'exec_die' && attributes?.['exitCode'] !== '0';
      if (failedProbe || event.Action.startsWith('exec_create')) lookAtProbes(id);
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
  return {
    lastLines,
    ...probesOf(container),
    ...(container.State.OOMKilled ? { oomAtMs: Date.now() } : {}),
  };
}

/** The failed ones among the last five probes: the Engine keeps no more. */
function probesOf({ State: { Health: health } }: ApiContainer): Partial<ObservedContainer> {
  const failed = (health?.Log ?? []).filter(({ ExitCode }) => ExitCode !== 0);
  const first = failed[0];
  if (first === undefined) return {};
  const probes = failed
    .slice(-3)
    .map(
      ({ ExitCode, Output }) =>
        `health check (exit ${ExitCode}): ${Output.trim() === '' ? 'no output' : Output.trim()}`,
    );
  return { probes, probeFailedAtMs: Date.parse(first.Start) };
}
