import type { IncomingMessage } from 'node:http';
import type {
  ApiContainer,
  ApiContainerSummary,
  ApiEvent,
  ApiFileObject,
  ApiImage,
  ApiInfo,
  ApiNetwork,
  ApiNode,
  ApiService,
  ApiServiceSpec,
  ApiStats,
  ApiTask,
  ApiVersion,
  ApiVolume,
} from './api-types.ts';
import { agreeOnVersion } from './api-version.ts';
import { type EventOptions, followEvents } from './engine-events.ts';
import { type ExecOptions, execInContainer } from './engine-exec.ts';
import { openTransport, type Transport } from './engine-http.ts';
import type { Patience } from './engine-patience.ts';
import { unquoted } from './registry-answer.ts';
import type { ExecResult } from './types.ts';

type Filters = Readonly<Record<string, readonly string[]>>;

interface LogOptions {
  /** Last lines only; all of them unless given. */
  readonly tail?: number | undefined;
  readonly timestamps?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The Docker Engine, as far as we use it. Every method rejects with `E_ENGINE` and the daemon's own sentence when it
 * refuses (an `EngineError` with the HTTP status), and with `E_ENGINE_GONE` when the socket does not answer.
 */
export interface Engine {
  readonly socket: string;
  readonly apiVersion: string;
  readonly version: ApiVersion;
  /** Asks whether it is still there; costs it nothing. */
  ping(): Promise<void>;
  info(): Promise<ApiInfo>;
  /** `status` adds the numbers of running and desired tasks. */
  services(filters?: Filters, options?: { readonly status?: boolean }): Promise<readonly ApiService[]>;
  service(id: string): Promise<ApiService>;
  /** Fails with status 500 and "update out of sequence" when `version` is no longer the service's. */
  updateService(id: string, version: number, spec: ApiServiceSpec): Promise<void>;
  removeService(id: string): Promise<void>;
  tasks(filters?: Filters): Promise<readonly ApiTask[]>;
  /** All containers, stopped ones too. */
  containers(filters?: Filters): Promise<readonly ApiContainerSummary[]>;
  container(id: string): Promise<ApiContainer>;
  /** Bytes of what a container wrote beside its volumes, which the Engine counts file by file. */
  containerSize(id: string): Promise<number>;
  stopContainer(id: string): Promise<void>;
  killContainer(id: string): Promise<void>;
  /** Kills what runs, and takes the anonymous volumes along. */
  removeContainer(id: string): Promise<void>;
  containerStats(id: string, signal?: AbortSignal): Promise<ApiStats>;
  containerLogs(id: string, options: LogOptions): Promise<IncomingMessage>;
  serviceLogs(id: string, options: LogOptions): Promise<IncomingMessage>;
  exec(containerId: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  networks(filters?: Filters): Promise<readonly ApiNetwork[]>;
  /** By name or id, with the containers of this node that are on it. */
  network(id: string): Promise<ApiNetwork>;
  createNetwork(body: Readonly<Record<string, unknown>>): Promise<string>;
  removeNetwork(id: string): Promise<void>;
  volumes(filters?: Filters): Promise<readonly ApiVolume[]>;
  createVolume(body: Readonly<Record<string, unknown>>): Promise<ApiVolume>;
  removeVolume(name: string): Promise<void>;
  secrets(filters?: Filters): Promise<readonly ApiFileObject[]>;
  createSecret(body: Readonly<Record<string, unknown>>): Promise<string>;
  removeSecret(id: string): Promise<void>;
  configs(filters?: Filters): Promise<readonly ApiFileObject[]>;
  createConfig(body: Readonly<Record<string, unknown>>): Promise<string>;
  removeConfig(id: string): Promise<void>;
  image(reference: string): Promise<ApiImage>;
  /** Asks the registry for an image's manifest, without fetching anything. `RegistryError` where it has none. */
  distribution(reference: string, signal?: AbortSignal): Promise<void>;
  /** Begins a pull, to be read by `readPull`; `RegistryError` where it does not begin. */
  pullImage(fromImage: string, tag: string | undefined, signal?: AbortSignal): Promise<IncomingMessage>;
  nodes(): Promise<readonly ApiNode[]>;
  events(options: EventOptions): AsyncGenerator<ApiEvent>;
  /** Runs pieces of work with the same name one after the other, in the order of the calls. */
  oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Connects to the Engine behind a unix socket and agrees on an API version. */
export async function connectEngine(socket: string, patience?: Patience): Promise<Engine> {
  const probe = openTransport(socket, '', patience);
  try {
    const version = await probe.json<ApiVersion>('GET', '/version');
    const apiVersion = agreeOnVersion(version);
    return buildEngine(openTransport(socket, `/v${apiVersion}`, patience), apiVersion, version);
  } finally {
    probe.close();
  }
}

function buildEngine(transport: Transport, apiVersion: string, version: ApiVersion): Engine {
  const list = <T>(path: string, filters: Filters = {}, query: Record<string, string | boolean> = {}) =>
    transport.json<T>('GET', path, { query: { filters: JSON.stringify(filters), ...query } });
  const get = <T>(path: string) => transport.json<T>('GET', path);
  const remove = (path: string, query: Record<string, boolean> = {}) => transport.json<void>('DELETE', path, { query });
  const logs = (path: string, options: LogOptions) =>
    transport.stream('GET', path, {
      signal: options.signal,
      query: {
        stdout: true,
        stderr: true,
        tail: options.tail ?? 'all',
        timestamps: options.timestamps ?? false,
        follow: options.follow ?? false,
      },
    });
  const created = async (path: string, body: unknown) =>
    (await transport.json<{ readonly ID: string }>('POST', path, { body })).ID;
  const queues = new Map<string, Promise<unknown>>();
  return {
    socket: transport.socket,
    apiVersion,
    version,
    async ping() {
      (await transport.stream('GET', '/_ping')).resume();
    },
    info: () => get('/info'),
    services: (filters, options) => list('/services', filters, options?.status === true ? { status: true } : {}),
    service: (id) => get(`/services/${id}`),
    async updateService(id, index, spec) {
      await transport.json('POST', `/services/${id}/update`, { query: { version: index }, body: spec });
    },
    removeService: (id) => remove(`/services/${id}`),
    tasks: (filters) => list('/tasks', filters),
    containers: (filters) => list('/containers/json', filters, { all: true }),
    container: (id) => get(`/containers/${id}/json`),
    async containerSize(id) {
      const query = { size: true };
      return (
        (await transport.json<{ readonly SizeRw?: number }>('GET', `/containers/${id}/json`, { query })).SizeRw ?? 0
      );
    },
    stopContainer: (id) => transport.json('POST', `/containers/${id}/stop`, { timeoutMs: 3_600_000 }),
    killContainer: (id) => transport.json('POST', `/containers/${id}/kill`),
    removeContainer: (id) => remove(`/containers/${id}`, { force: true, v: true }),
    containerStats: (id, signal) =>
      transport.json('GET', `/containers/${id}/stats`, { query: { stream: false, 'one-shot': true }, signal }),
    containerLogs: (id, options) => logs(`/containers/${id}/logs`, options),
    serviceLogs: (id, options) => logs(`/services/${id}/logs`, options),
    exec: (containerId, argv, options) => execInContainer(transport, containerId, argv, options),
    networks: (filters) => list('/networks', filters),
    network: (id) => get(`/networks/${id}`),
    createNetwork: async (body) =>
      (await transport.json<{ readonly Id: string }>('POST', '/networks/create', { body })).Id,
    removeNetwork: (id) => remove(`/networks/${id}`),
    volumes: async (filters) =>
      (await list<{ readonly Volumes?: readonly ApiVolume[] | null }>('/volumes', filters)).Volumes ?? [],
    createVolume: (body) => transport.json('POST', '/volumes/create', { body }),
    removeVolume: (name) => remove(`/volumes/${encodeURIComponent(name)}`),
    secrets: (filters) => list('/secrets', filters),
    createSecret: (body) => created('/secrets/create', body),
    removeSecret: (id) => remove(`/secrets/${id}`),
    configs: (filters) => list('/configs', filters),
    createConfig: (body) => created('/configs/create', body),
    removeConfig: (id) => remove(`/configs/${id}`),
    image: (reference) => get(`/images/${encodeURI(reference)}/json`),
    async distribution(reference, signal) {
      await unquoted(transport.json('GET', `/distribution/${encodeURI(reference)}/json`, { signal }));
    },
    pullImage: (fromImage, tag, signal) =>
      unquoted(transport.stream('POST', '/images/create', { query: { fromImage, tag }, signal, timeoutMs: 600_000 })),
    nodes: () => get('/nodes'),
    events: (options) => followEvents(transport, options),
    oneAtATime(name, work) {
      const result = (queues.get(name) ?? Promise.resolve()).then(work);
      // The next in the queue runs whatever became of this one; its own caller sees the failure.
      queues.set(
        name,
        result.catch(() => undefined),
      );
      return result;
    },
    close: () => transport.close(),
  };
}
