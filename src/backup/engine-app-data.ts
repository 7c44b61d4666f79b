import { z } from 'zod';
import { CodedError } from '../base/errors.ts';
import type { Stack } from '../recipe/compose/types.ts';
import type { Engine } from '../swarm/engine.ts';
import { execInService, waitForContainer } from '../swarm/exec.ts';
import { haltService, scaleService } from '../swarm/services.ts';
import type { AppData } from './app-data.ts';
import { stackVolumes } from './labels.ts';

export interface EngineApp {
  readonly engine: Engine;
  readonly stack: Stack;
  readonly stackName: string;
  /** Returns when the app is up again, as the run judges it; rejects with the cause otherwise. */
  readonly waitReady: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

const LIMIT_MS = 60_000;

const Environment = z.object({ Config: z.object({ Env: z.array(z.string()).nullish() }) });

/** The live app by way of the Docker Engine. It reaches the services and volumes of its stack and no others. */
export function makeEngineAppData(app: EngineApp): AppData {
  const { engine, stack, stackName, signal } = app;
  const target = (service: string) => {
    if (stack.services[service] === undefined) throw unknownName('service', service);
    return { stackName, service };
  };
  const serviceId = async (service: string) => {
    target(service);
    const [found] = await engine.services({ name: [`${stackName}_${service}`] });
    if (found?.Spec.Name !== `${stackName}_${service}`) throw unknownName('service', service);
    return found.ID;
  };
  // One look without a wait: a service with 0 replicas never has a container.
  const containerOf = (service: string) => waitForContainer(engine, target(service), { timeoutMs: 1, signal });
  const volumes = stackVolumes(stack, stackName);
  /** Replicas that `halt` took away. */
  const former = new Map<string, number>();

  return {
    exec: (service, argv, options = {}) => execInService(engine, target(service), argv, { ...options, signal }),
    containerOf,
    async volumePath(volumeKey) {
      const volume = volumes.find((candidate) => candidate.volume === volumeKey);
      if (volume === undefined) throw unknownName('volume', volumeKey);
      const found = (await engine.volumes({ name: [volume.name] })).find(({ Name }) => Name === volume.name);
      if (found === undefined) throw unknownName('volume', volume.name);
      return found.Mountpoint;
    },
    async halt(service) {
      const before = await haltService(engine, await serviceId(service), { timeoutMs: LIMIT_MS, signal });
      // Halted twice: the first answer is the one to go back to.
      if (!former.has(service)) former.set(service, before);
    },
    async resume(service) {
      const replicas = former.get(service) ?? stack.services[service]?.deploy?.replicas ?? 1;
      await scaleService(engine, await serviceId(service), replicas);
      former.delete(service);
    },
    waitReady: app.waitReady,
    async inspectEnv(service) {
      const { Config } = Environment.parse(await engine.container(await containerOf(service)));
      return Object.fromEntries(
        (Config.Env ?? []).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
    },
    async image(service) {
      const { Spec } = await engine.service(await serviceId(service));
      return Spec.TaskTemplate.ContainerSpec?.Image ?? '';
    },
  };
}

function unknownName(what: string, name: string): CodedError {
  return new CodedError({ code: 'E_APP_DATA', message: `the app has no ${what} "${name}"`, fault: 'cc-ci' });
}
