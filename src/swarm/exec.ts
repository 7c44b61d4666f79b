import { delay, startDeadline } from '../base/deadline.ts';
import { CodedError } from '../base/errors.ts';
import { formatMs } from '../base/text.ts';
import type { ApiTask } from './api-types.ts';
import type { Engine } from './engine.ts';
import type { ExecOptions } from './engine-exec.ts';
import { isEngineStatus } from './engine-http.ts';
import type { ExecResult } from './types.ts';

export interface ServiceTarget {
  readonly stackName: string;
  readonly service: string;
}

/**
 * Runs a program in a running container of a service, waiting for one within the time-out (60 s unless given). An exit
 * code is a result; a container that does not come (`E_EXEC_NO_CONTAINER`), a program that cannot be started (`E_EXEC`)
 * and a time-out (`E_EXEC_TIMEOUT`) are errors: empty output always means that the program wrote nothing.
 */
export async function execInService(
  engine: Engine,
  target: ServiceTarget,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const started = performance.now();
  const containerId = await waitForContainer(engine, target, { ...options, timeoutMs });
  const left = Math.max(1, timeoutMs - (performance.now() - started));
  return engine.exec(containerId, argv, { ...options, timeoutMs: left });
}

/** The container of the newest running task of a service, waited for. */
export async function waitForContainer(
  engine: Engine,
  { stackName, service }: ServiceTarget,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  using deadline = startDeadline(options.timeoutMs, options.signal);
  const name = `${stackName}_${service}`;
  for (;;) {
    const running = (await runningTasks(engine, name))
      .filter(({ Status }) => Status.State === 'running' && Boolean(Status.ContainerStatus?.ContainerID))
      .sort((left, right) => (left.CreatedAt < right.CreatedAt ? 1 : -1));
    const id = running[0]?.Status.ContainerStatus?.ContainerID;
    if (id !== undefined) return id;
    await delay(200, deadline.signal).catch((error: unknown) => {
      if (!deadline.expired()) throw error;
      throw new CodedError({
        code: 'E_EXEC_NO_CONTAINER',
        message: `no container of ${name} was running within ${formatMs(options.timeoutMs)}`,
        fault: 'recipe',
      });
    });
  }
}

/** The Engine answers 404 to a filter by a service that does not exist; it may be created yet. */
async function runningTasks(engine: Engine, serviceName: string): Promise<readonly ApiTask[]> {
  try {
    return await engine.tasks({ 'desired-state': ['running'], service: [serviceName] });
  } catch (error: unknown) {
    if (isEngineStatus(error, 404)) return [];
    throw error;
  }
}
