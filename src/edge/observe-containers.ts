import { readFile } from 'node:fs/promises';
import type { ApiContainerSummary } from '../swarm/api-types.ts';
import { shortName } from '../swarm/deploy.ts';
import type { Engine } from '../swarm/engine.ts';
import { readProcesses } from '../swarm/processes.ts';
import { STACK_LABEL } from '../swarm/types.ts';
import type { ObservedContainer } from './causes/observation.ts';
import { parseSockets, type Socket } from './causes/sockets.ts';
import type { ContainerActivity } from './causes/stillness.ts';

/** One running container of a stack, with what a look at it shows. */
export interface StackContainer extends ObservedContainer {
  readonly id: string;
  /** The key of its service in the stack file. */
  readonly service: string;
  readonly activity: ContainerActivity;
}

/** What the caller wants to know of the containers. */
export interface ContainerQuestion {
  readonly stackName: string;
  /** Keys of the services that the route leads to. */
  readonly routed: readonly string[];
  /** How long the caller would wait at most, milliseconds. */
  readonly leftMs: number;
}

/** Looks at every container of a stack that runs and is to go on running: what listens in those that are routed, and what all of them are doing. */
export async function observeContainers(engine: Engine, question: ContainerQuestion): Promise<StackContainer[]> {
  const { stackName, routed, leftMs } = question;
  const label = [`${STACK_LABEL}=${stackName}`];
  const [found, tasks] = await Promise.all([
    engine.containers({ label, status: ['running'] }),
    engine.tasks({ label }),
  ]);
  // What the Swarm has told to stop is of the version before: that it goes is no sign of work.
  const leaving = new Set(
    tasks
      .filter(({ DesiredState }) => DesiredState === 'shutdown' || DesiredState === 'remove')
      .map(({ Status }) => Status.ContainerStatus?.ContainerID),
  );
  const staying = found.filter(({ Id }) => !leaving.has(Id));
  const read = await Promise.all(
    staying.map(async (summary): Promise<StackContainer | undefined> => {
      const { Id: id } = summary;
      const service = serviceOf(summary, stackName);
      const isRouted = routed.includes(service);
      // It may end between the list and the question: the next look tells.
      const container = await engine.container(id).catch(() => undefined);
      if (container === undefined) return undefined;
      const pid = container.State.Pid ?? 0;
      const [sockets, processes, logMark] = await Promise.all([
        isRouted ? readSockets(engine, id, pid) : undefined,
        readProcesses(id, pid, leftMs),
        isRouted ? readLogMark(engine, id) : undefined,
      ]);
      return {
        id,
        service,
        healthy: container.State.Health?.Status === 'healthy',
        sockets,
        activity: { id, routed: isRouted, processes, logMark },
      };
    }),
  );
  return read.filter((one) => one !== undefined);
}

function serviceOf({ Labels }: ApiContainerSummary, stackName: string): string {
  return shortName(stackName, Labels['com.docker.swarm.service.name'] ?? '');
}

/** Something that changes with every line a container logs: the last one, with its time. */
async function readLogMark(engine: Engine, id: string): Promise<string | undefined> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await engine.containerLogs(id, { tail: 1, timestamps: true })) {
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString('latin1').slice(0, 200);
  } catch {
    // A log driver that cannot be read.
    return undefined;
  }
}

async function readSockets(engine: Engine, id: string, pid: number): Promise<Socket[] | undefined> {
  return (await readOnHost(id, pid)) ?? (await readInside(engine, id));
}

/** Reads the sockets of a container's first process from this host, where that process id is really the container's. */
async function readOnHost(containerId: string, pid: number): Promise<Socket[] | undefined> {
  if (pid === 0) return undefined;
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8');
  try {
    // The Engine may count processes in another name space than ours: then the number is somebody else's.
    if (!(await read('cgroup')).includes(containerId)) return undefined;
    const six = await read('net/tcp6').catch(() => '');
    return parseSockets(`${await read('net/tcp')}\n${six}`);
  } catch {
    return undefined;
  }
}

async function readInside(engine: Engine, containerId: string): Promise<Socket[] | undefined> {
  try {
    const result = await engine.exec(containerId, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { timeoutMs: 5000 });
    return result.stdout.includes('local_address') ? parseSockets(result.stdout) : undefined;
  } catch {
    // An image without `cat`: then nothing is known, and nothing is claimed.
    return undefined;
  }
}
