import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Masker } from '../base/mask.ts';
import { createDemultiplexer, type StreamName } from './demux.ts';
import { shortName } from './deploy.ts';
import type { Engine } from './engine.ts';
import { type LogFile, openLogFile } from './log-file.ts';
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
  /** What it knows does not reach the disk. */
  readonly masker: Masker;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the log of every container of a stack, from its first line, into a file per service, numbered and with time stamps. Because each
 * container is followed from its start, the logs of those that the Engine has removed since are kept.
 */
export async function followLogs(engine: Engine, options: FollowOptions): Promise<LogFollower> {
  const { stackName, dir, masker } = options;
  await mkdir(dir, { recursive: true });
  const own = new AbortController();
  const signal = options.signal === undefined ? own.signal : AbortSignal.any([own.signal, options.signal]);
  const files = new Map<string, LogFile>();
  const followed = new Map<string, Promise<void>>();
  const fileOf = (service: string) => {
    const file = files.get(service) ?? openLogFile(join(dir, `${service}.log`));
    files.set(service, file);
    return file;
  };
  const follow = (id: string, serviceName: string | undefined) => {
    if (serviceName === undefined || followed.has(id)) return;
    const file = fileOf(shortName(stackName, serviceName));
    followed.set(id, copyLog(engine, id, { file, masker, signal }));
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
      await Promise.all([...files.values()].map((file) => file.close()));
    },
  };
}

interface Copying {
  readonly file: LogFile;
  readonly masker: Masker;
  readonly signal: AbortSignal;
}

async function copyLog(engine: Engine, id: string, { file, masker, signal }: Copying): Promise<void> {
  const writers = { stdout: file.open(masker.stream()), stderr: file.open(masker.stream()) };
  try {
    const { Config: config } = await engine.container(id);
    const body = await engine.containerLogs(id, { follow: true, timestamps: true, signal });
    const streams = { stdout: joinParts(), stderr: joinParts() };
    const write = (stream: StreamName, data: Buffer) => writers[stream].write(streams[stream](data));
    const feed = config.Tty ? (data: Buffer) => writers.stdout.write(data) : createDemultiplexer(write);
    for await (const chunk of body) feed(chunk as Buffer);
  } catch (error: unknown) {
    // The end of the following is no gap. A log driver that cannot be read says so.
    if (!signal.aborted) file.gap(`the log of container ${id.slice(0, 12)} ends here: ${messageOf(error)}`);
  } finally {
    writers.stdout.end();
    writers.stderr.end();
  }
}

/**
 * The Engine keeps a line of more than 16 KiB in parts, and puts the time before each of them: taken out again, since a secret
 * that two parts share would be cut in two by it.
 */
function joinParts(): (frame: Buffer) => Buffer {
  let inLine = false;
  return (frame) => {
    const time = inLine ? /^\d{4}-\d\d-\d\dT[\d:.]+Z /.exec(frame.subarray(0, 40).toString('latin1')) : null;
    inLine = frame.at(-1) !== 0x0a;
    return Buffer.from(time === null ? frame : frame.subarray(time[0].length));
  };
}
