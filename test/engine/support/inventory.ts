import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openTransport } from '../../../src/swarm/engine-http.ts';
import { RUN_LABEL, STACK_LABEL, STATE_LABEL } from '../../../src/swarm/types.ts';

/** Where the runs under test live: their Engine, state directory, directory for temporary files, and all they may name. */
export interface Place {
  readonly socket: string;
  readonly state: string;
  readonly temporary: string;
  /** Of the machine that a second Engine is: where its control groups are. */
  readonly machine?: string | undefined;
}

/** What there is, one line for each thing; the lines of two inventories can be told apart. */
export type Inventory = ReadonlySet<string>;

/** What nobody owns. It may go at any time: the Engine tidies up. */
const STRAY = 'stray ';
const CGROUPS = '/sys/fs/cgroup';
const NAMESPACES = '/run/docker/netns/';

/** Everything that a run could leave: in the Engine, in the file system, and in the kernel. */
export async function takeInventory(place: Place): Promise<Inventory> {
  const lists = await Promise.all([
    engineObjects(place),
    stateFiles(place.state),
    listed('temporary', place.temporary),
    listed('run', '/run'),
    listed('netns', '/run/netns'),
    mounts(place),
    strays(place),
  ]);
  return new Set(lists.flat());
}

/** What is there now and was not before, and what was and is not. */
export function difference(before: Inventory, after: Inventory): string[] {
  return [
    ...[...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`),
    ...[...before].filter((line) => !after.has(line) && !line.startsWith(STRAY)).map((line) => `- ${line}`),
  ].toSorted();
}

interface Labelled {
  readonly Labels?: Readonly<Record<string, string>> | null;
}
interface Specified {
  readonly ID: string;
  readonly Spec: Labelled & { readonly Name: string };
}
interface Container extends Labelled {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Mounts?: readonly { readonly Name?: string }[];
}
interface Network extends Labelled {
  readonly Id: string;
  readonly Name: string;
}
interface Volume extends Labelled {
  readonly Name: string;
}
interface Image extends Labelled {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
}

async function engineObjects({ socket, state }: Place): Promise<string[]> {
  const engine = openTransport(socket, '');
  const get = <T>(path: string) => engine.json<T>('GET', path);
  try {
    const [services, tasks, containers, networks, volumes, images, secrets, configs] = await Promise.all([
      get<Specified[]>('/services'),
      get<{ ServiceID: string; Spec: { ContainerSpec?: Labelled } }[]>('/tasks'),
      get<Container[]>('/containers/json?all=true'),
      get<Network[]>('/networks'),
      get<{ Volumes: Volume[] | null }>('/volumes'),
      get<Image[]>('/images/json?all=true'),
      get<Specified[]>('/secrets'),
      get<Specified[]>('/configs'),
    ]);
    // Others may use this Engine at the same time. What says whose it is, is believed; what says nothing counts as ours.
    const foreign = ({ Labels }: Labelled) =>
      (Labels?.[STATE_LABEL] ?? state) !== state ||
      (Labels?.[RUN_LABEL] === undefined && Labels?.[STACK_LABEL] !== undefined);
    const theirs = new Set(
      containers.filter(foreign).flatMap(({ Mounts }) => (Mounts ?? []).map(({ Name }) => Name ?? '')),
    );
    const named = (kind: string, list: readonly Specified[]) =>
      list.filter(({ Spec }) => !foreign(Spec)).map(({ Spec }) => `${kind} ${Spec.Name}`);
    return [
      ...named('service', services),
      // The Engine may replace the task of a service at any time.
      ...tasks.filter(({ Spec }) => !foreign(Spec.ContainerSpec ?? {})).map(({ ServiceID }) => `task of ${ServiceID}`),
      ...containers
        .filter((one) => !foreign(one))
        .map(({ Id, Names }) => `container ${(Names[0] ?? Id).replace(/\.[a-z0-9]{25}$/, '')}`),
      ...networks.filter((one) => !foreign(one)).map(({ Name }) => `network ${Name}`),
      ...(volumes.Volumes ?? [])
        .filter((one) => !foreign(one) && !theirs.has(one.Name))
        .map(({ Name }) => `volume ${Name}`),
      ...images.flatMap(({ Id, RepoTags }) => [`image ${Id}`, ...(RepoTags ?? []).map((tag) => `tag ${tag}`)]),
      ...named('secret', secrets),
      ...named('config', configs),
    ];
  } finally {
    engine.close();
  }
}

/** The state directory, without what a run's directory holds of its report. */
async function stateFiles(state: string): Promise<string[]> {
  const names = await readdir(state, { recursive: true }).catch((): string[] => []);
  return names
    .filter((name) => !/^runs\/[^/]+(\/(?!work(\/|$)).*)?$/.test(name))
    .map((name) => `state ${name.replace(/^runs\/[^/]+/, 'runs/*')}`);
}

async function listed(kind: string, directory: string): Promise<string[]> {
  return (await readdir(directory).catch((): string[] => [])).map((name) => `${kind} ${name}`);
}

async function mounts({ state, temporary }: Place): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.filter((line) => line.includes(state) || line.includes(temporary)).map((line) => `mount ${line}`);
}

/** Network namespaces and control groups that the Engine made and that belong to no container and no network of it. */
async function strays({ socket, machine }: Place): Promise<string[]> {
  const engine = openTransport(socket, '');
  try {
    const hierarchies = ['', ...(await readdir(CGROUPS))].map((name) =>
      join(CGROUPS, name, ...(machine === undefined ? ['docker'] : [machine, 'containers'])),
    );
    const groups = await Promise.all(hierarchies.map(directoriesIn));
    const spaces = await networkNamespaces(machine);
    // Asked for afterwards: what is made in between is known by then.
    const containers = await engine.json<Container[]>('GET', '/containers/json?all=true');
    const networks = await engine.json<Network[]>('GET', '/networks');
    const details = await Promise.all(
      containers.map(({ Id }) =>
        engine
          .json<{ readonly NetworkSettings?: { readonly SandboxKey?: string } }>('GET', `/containers/${Id}/json`)
          .catch(() => undefined),
      ),
    );
    const ids = new Set(containers.map(({ Id }) => Id));
    const owned = new Set([
      'default',
      'ingress_sbox',
      ...details.map((one) => basename(one?.NetworkSettings?.SandboxKey ?? '')),
      ...networks.flatMap(({ Id }) => [`1-${Id.slice(0, 10)}`, `lb_${Id.slice(0, 9)}`]),
    ]);
    return [
      ...new Set(
        groups
          .flat()
          .filter((name) => !ids.has(name))
          .map((name) => `${STRAY}cgroup ${name}`),
      ),
      ...spaces.filter((name) => !owned.has(name)).map((name) => `${STRAY}netns ${name}`),
    ];
  } finally {
    engine.close();
  }
}

/** Those that are mounted: the Engine collects the empty files that they leave only once a minute. */
async function networkNamespaces(machine: string | undefined): Promise<string[]> {
  const host = await namespacesMountedFor('self');
  if (machine === undefined) return host;
  const daemons = join(CGROUPS, 'pids', machine, 'daemons/cgroup.procs');
  const unified = join(CGROUPS, machine, 'daemons/cgroup.procs');
  const pids = await readFile(daemons, 'utf8').catch(() => readFile(unified, 'utf8'));
  // A machine sees those of its host too.
  return (await namespacesMountedFor(pids.split('\n')[0] ?? '')).filter((name) => !host.includes(name));
}

async function namespacesMountedFor(pid: string): Promise<string[]> {
  const lines = (await readFile(`/proc/${pid}/mountinfo`, 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const path = line.split(' ')[4] ?? '';
    return path.startsWith(NAMESPACES) ? [basename(path)] : [];
  });
}

async function directoriesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((): string[] => []);
  const kinds = await Promise.all(names.map((name) => stat(join(path, name)).catch(() => undefined)));
  return names.filter((_, index) => kinds[index]?.isDirectory() === true);
}
