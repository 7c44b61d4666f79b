import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { messageOf } from '../base/errors.ts';
import { createDemultiplexer } from './demux.ts';
import { shortName } from './deploy.ts';
import type { Engine } from './engine.ts';
import { STACK_LABEL } from './types.ts';
import { watchEvents } from './wait.ts';

const SERVICE_NAME_LABEL = 'com.docker.swarm.service.name';

/** The last lines of a service's log, both streams as they came, containers of earlier tasks included while they exist. */
export async function serviceLogs(
  engine: Engine,
  serviceId: string,
  options: { readonly tail?: number; readonly timestamps?: boolean; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { Spec: spec } = await engine.service(serviceId);
  return readLog(await engine.serviceLogs(serviceId, options), spec.TaskTemplate.ContainerSpec?.['TTY'] === true);
}

/** The last lines of one container, for evidence: each cut to 400 characters. */
export async function lastLogLines(engine: Engine, containerId: string, tail: number): Promise<readonly string[]> {
  const { Config: config } = await engine.container(containerId);
  const text = await readLog(await engine.containerLogs(containerId, { tail }), config.Tty);
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .map((line) => (line.length > 400 ? `${line.slice(0, 397)}...` : line));
}

async function readLog(body: IncomingMessage, raw: boolean): Promise<string> {
  const chunks: Buffer[] = [];
  const feed = raw ? (data: Buffer) => chunks.push(data) : createDemultiplexer((_, data) => chunks.push(data));
  for await (const chunk of body) feed(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Logs that are being written to files; `stop` ends it and resolves when all is on disk. */
export interface LogFollower {
  stop(): Promise<void>;
}

export interface FollowOptions {
  readonly stackName: string;
  /** One file per service: `<dir>/<service>.log`. */
  readonly dir: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the log of every container of a stack, from its first line, into a file per service with time stamps. Because each
 * container is followed from its start, the logs of those that the Engine has removed since are kept.
 */
export async function followLogs(engine: Engine, options: FollowOptions): Promise<LogFollower> {
  const { stackName, dir } = options;
  await mkdir(dir, { recursive: true });
  const own = new AbortController();
  const signal = options.signal === undefined ? own.signal : AbortSignal.any([own.signal, options.signal]);
  const files = new Map<string, ReturnType<typeof createWriteStream>>();
  const followed = new Map<string, Promise<void>>();
  const fileOf = (service: string) => {
    const file = files.get(service) ?? createWriteStream(join(dir, `${service}.log`), { flags: 'a' });
    // A full disk ends the log, not the run; the file itself shows where it broke off.
    file.on('error', () => undefined);
    files.set(service, file);
    return file;
  };
  const follow = (id: string, serviceName: string | undefined) => {
    if (serviceName === undefined || followed.has(id)) return;
    const file = fileOf(shortName(stackName, serviceName));
    followed.set(
      id,
      copyLog(engine, id, (data) => file.write(data), signal),
    );
  };
  const filters = { type: ['container'], event: ['start'], label: [`${STACK_LABEL}=${stackName}`] };
  // From now on by the Engine's own memory: nothing that starts before the subscription stands is missed.
  const bell = watchEvents(engine, { filters, sinceMs: Date.now(), signal }, ({ Actor }) => {
    follow(Actor.ID, Actor.Attributes?.[SERVICE_NAME_LABEL]);
    return false;
  });
  for (const { Id, State, Labels } of await engine.containers({ label: [`${STACK_LABEL}=${stackName}`] })) {
    if (State !== 'created') follow(Id, Labels[SERVICE_NAME_LABEL]);
  }
  return {
    async stop() {
      own.abort();
      bell[Symbol.dispose]();
      await Promise.all(followed.values());
      await Promise.all(
        [...files.values()].map((file) => {
          file.end();
          return finished(file).catch(() => undefined);
        }),
      );
    },
  };
}

async function copyLog(
  engine: Engine,
  id: string,
  write: (data: Buffer | string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { Config: config } = await engine.container(id);
    const body = await engine.containerLogs(id, { follow: true, timestamps: true, signal });
    const feed = config.Tty ? write : createDemultiplexer((_, data) => write(Buffer.from(data)));
    for await (const chunk of body) feed(chunk as Buffer);
  } catch (error: unknown) {
    // The end of the following, or of the container. A log driver without reading says so once, in the file.
    if (!signal.aborted) write(`[the log of container ${id.slice(0, 12)} ends here: ${messageOf(error)}]\n`);
  }
}
