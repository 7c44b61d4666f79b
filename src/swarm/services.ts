import { startDeadline } from '../base/deadline.ts';
import type { ApiServiceSpec } from './api-types.ts';
import { shortName, stackServices } from './deploy.ts';
import type { Engine } from './engine.ts';
import { EngineError, isEngineStatus } from './engine-http.ts';
import { RUN_LABEL } from './types.ts';
import { watchEvents } from './wait.ts';

/**
 * Sets the number of replicas of a replicated service and returns the former one. Another writer between our reading
 * and writing is no failure: the change is tried again on the newer version.
 */
export async function scaleService(engine: Engine, serviceId: string, replicas: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const { Spec: spec, Version: version } = await engine.service(serviceId);
    const former = spec.Mode?.Replicated?.Replicas ?? 1;
    const changed: ApiServiceSpec = { ...spec, Mode: { Replicated: { Replicas: replicas } } };
    try {
      if (former !== replicas) await engine.updateService(serviceId, version.Index, changed);
      return former;
    } catch (error: unknown) {
      if (!(error instanceof EngineError) || !/out of sequence/.test(error.message) || attempt === 10) throw error;
    }
  }
}

/**
 * Scales a service to 0 and kills its containers at once, for data that is about to be destroyed; returns the former
 * number of replicas. Done when the containers are gone (their volumes are then free), not when the Swarm has noticed.
 */
export async function haltService(
  engine: Engine,
  serviceId: string,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  using deadline = startDeadline(options.timeoutMs ?? 60_000, options.signal);
  using bell = watchEvents(engine, {
    filters: { type: ['container'], event: ['create', 'start', 'destroy'], label: [serviceLabel(serviceId)] },
    signal: deadline.signal,
  });
  const ownContainers = () => engine.containers({ label: [serviceLabel(serviceId)] });
  const former = await scaleService(engine, serviceId, 0);
  for (;;) {
    const [containers, wanted] = await Promise.all([
      ownContainers(),
      engine.tasks({ service: [serviceId], 'desired-state': ['running', 'ready'] }),
    ]);
    // Before the Swarm has taken notice of the scaling it would replace what we remove.
    if (wanted.length === 0) {
      await Promise.all(containers.map(({ Id }) => removeIfThere(engine, Id)));
      if ((await ownContainers()).length === 0) return former;
    }
    await bell.wait(wanted.length === 0 ? 200 : 20);
  }
}

/** Removes services of a stack that its new version no longer names; only such as carry a run's label. Returns their keys. */
export async function pruneServices(
  engine: Engine,
  stackName: string,
  keep: readonly string[],
): Promise<readonly string[]> {
  const dropped = (await stackServices(engine, stackName)).filter(
    ({ Spec }) => !keep.includes(shortName(stackName, Spec.Name)) && Spec.Labels?.[RUN_LABEL] !== undefined,
  );
  await Promise.all(
    dropped.map(({ ID }) =>
      engine.removeService(ID).catch((error: unknown) => {
        if (!isEngineStatus(error, 404)) throw error;
      }),
    ),
  );
  return dropped.map(({ Spec }) => shortName(stackName, Spec.Name)).sort();
}

export interface SecretOptions {
  readonly name: string;
  readonly value: string | Uint8Array;
  readonly labels: Readonly<Record<string, string>>;
}

/** Creates a secret by the API, so that its value never shows in an argument vector or a file. Returns its id. */
export function createSecret(engine: Engine, options: SecretOptions): Promise<string> {
  return engine.createSecret({
    Name: options.name,
    Labels: options.labels,
    Data: Buffer.from(options.value).toString('base64'),
  });
}

function serviceLabel(serviceId: string): string {
  return `com.docker.swarm.service.id=${serviceId}`;
}

async function removeIfThere(engine: Engine, id: string): Promise<void> {
  try {
    await engine.removeContainer(id);
  } catch (error: unknown) {
    // 404: gone already; 409: someone else is removing it. Both are looked at again.
    if (!isEngineStatus(error, 404, 409)) throw error;
  }
}
