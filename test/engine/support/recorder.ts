import { type IncomingMessage, request } from 'node:http';
import { request as askOverTls } from 'node:https';
import { createInterface } from 'node:readline';
import type { Sign } from '../canaries/sign.ts';

/**
 * A witness beside a run. It shares no code with what it watches: a client of its own on the Engine's socket follows the
 * events and reads the task states every 50 ms, and asks the app's URL every 200 ms, all dated by its own clock.
 */
export interface Recorder extends AsyncDisposable {
  readonly signs: readonly Sign[];
  /** When the first service of the stack was made, Unix milliseconds. */
  createdAtMs(): number | undefined;
  /** Takes down something that others have noticed; now, unless it was earlier. */
  note(sign: Noted, atMs?: number): void;
}

export interface Watched {
  readonly stackName: string;
  /** Where the app is asked; not at all without it. */
  readonly url?: { readonly host: string; readonly address: string; readonly port: number; readonly ca: Buffer };
}

type Noted = Sign extends infer One ? (One extends Sign ? Omit<One, 'atMs'> : never) : never;

const SOCKET = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').slice('unix://'.length);
const TASKS_MS = 50;
const URL_MS = 200;

interface Service {
  readonly ID: string;
  readonly Spec: { readonly Name: string; readonly Mode: { readonly Replicated?: { readonly Replicas?: number } } };
  readonly UpdateStatus?: { readonly State?: string };
}

interface Task {
  readonly ID: string;
  readonly ServiceID: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string; readonly Err?: string };
}

interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** Begins to record what concerns a stack, which need not exist yet. Resolves once the Engine's events are followed. */
export async function recordSigns({ stackName, url }: Watched): Promise<Recorder> {
  const over = new AbortController();
  const signs: Sign[] = [];
  let createdAtMs: number | undefined;
  const note = (sign: Noted, atMs = Date.now()) => void signs.push({ atMs, ...sign });
  const keyOf = (name: string | undefined) =>
    name?.startsWith(`${stackName}_`) === true ? name.slice(stackName.length + 1) : '';

  const takeEvent = ({ Type, Action, Actor }: EngineEvent) => {
    const attributes = Actor.Attributes ?? {};
    const service = keyOf(attributes['com.docker.swarm.service.name'] ?? attributes['name']);
    if ((Type !== 'container' && Type !== 'service') || service === '' || Action.startsWith('exec_')) return;
    if (Type === 'service' && Action === 'create') createdAtMs ??= Date.now();
    note({ sign: 'event', action: Action, service, attributes });
    const state = attributes['updatestate.new'];
    if (state !== undefined) note({ sign: 'update', service, state });
  };
  const events = await open('/events');
  const lines = createInterface({ input: events });
  lines.on('line', (line) => takeEvent(JSON.parse(line) as EngineEvent));
  // The Engine ends the stream when it goes away; what was seen until then stands.
  events.on('error', () => undefined);
  lines.on('error', () => undefined);

  const look = lookForChanges(note, keyOf);
  const polls = [
    every(TASKS_MS, over.signal, async () => {
      const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.stack.namespace=${stackName}`] }));
      const [services, tasks] = await Promise.all([
        readJson<Service[]>(`/services?filters=${filters}`),
        readJson<Task[]>(`/tasks?filters=${filters}`),
      ]);
      look(services, tasks);
    }),
  ];
  if (url !== undefined) {
    let shown: string | undefined;
    const askOnce = async () => {
      const status = await ask(url);
      if (shown === String(status)) return;
      shown = String(status);
      note({ sign: 'answer', service: '', status });
    };
    polls.push(every(URL_MS, over.signal, askOnce));
  }
  return {
    signs,
    note,
    createdAtMs: () => createdAtMs,
    async [Symbol.asyncDispose]() {
      over.abort();
      lines.close();
      events.destroy();
      await Promise.all(polls);
    },
  };
}

/** Notes what differs from the look before: task states, update states, and whether all is up. */
function lookForChanges(note: (sign: Noted) => void, keyOf: (name: string | undefined) => string) {
  const seen = new Map<string, string>();
  const isNews = (key: string, value: string) => {
    if (seen.get(key) === value) return false;
    seen.set(key, value);
    return true;
  };
  return (services: readonly Service[], tasks: readonly Task[]): void => {
    const nameOf = new Map(services.map(({ ID, Spec }) => [ID, keyOf(Spec.Name)]));
    for (const { ID, ServiceID, Status } of tasks) {
      const { State: state, Err: error = '' } = Status;
      const service = nameOf.get(ServiceID) ?? '';
      if (isNews(ID, `${state} ${error}`)) note({ sign: 'task', service, task: ID, state, error });
    }
    for (const { ID, Spec, UpdateStatus } of services) {
      const state = UpdateStatus?.State;
      if (state !== undefined && isNews(ID, state)) note({ sign: 'update', service: keyOf(Spec.Name), state });
    }
    const up = services.every(({ ID, Spec }) => {
      const running = tasks.filter(
        ({ ServiceID, DesiredState, Status }) =>
          ServiceID === ID && DesiredState === 'running' && Status.State === 'running',
      );
      return running.length >= (Spec.Mode.Replicated?.Replicas ?? 1);
    });
    if (services.length > 0 && isNews('up', String(up)) && up) note({ sign: 'up', service: '' });
  };
}

function open(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath: SOCKET, path, headers: { host: 'recorder' }, agent: false }, resolve)
      .once('error', reject)
      .end();
  });
}

async function readJson<T>(path: string): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of await open(path)) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as T;
}

/** The status that the app's URL answers with; undefined when it answers with none. */
function ask({ host, address, port, ca }: NonNullable<Watched['url']>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = askOverTls(
      { host: address, port, servername: host, path: '/', headers: { host }, ca, agent: false, timeout: 5000 },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    asked.once('error', () => resolve(undefined));
    asked.once('timeout', () => asked.destroy());
    asked.end();
  });
}

/** Repeats until the signal fires; a failure is no news, the next time may tell more. */
async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => undefined);
    await new Promise<void>((resolve) => {
      const stop = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}
