import type { Mount, Service } from '../compose/types.ts';
import type { Reach } from './stack-reach.ts';

/** Only to be read, and the same on every host. */
const HARMLESS_BINDS: ReadonlySet<string> = new Set(['/etc/localtime', '/etc/timezone']);
/** These write where `docker service logs` reads, or nowhere; others send from the host's own network. */
const LOCAL_LOGS: ReadonlySet<string> = new Set(['json-file', 'local', 'journald', 'none']);

/** What of the host or of others one service gets at, by what the stack file says of it. Pure. */
export function serviceReach(name: string, service: Service): Reach[] {
  const found: Reach[] = [];
  const add = (key: string, value: string, sentence: string) =>
    found.push({ path: ['services', name, ...key.split('.')], service: name, value, sentence: `${name} ${sentence}` });
  if (service.privileged === true) add('privileged', 'true', 'runs privileged: with all rights of the host');
  for (const capability of service.cap_add ?? [])
    add('cap_add', capability, `gets the capability ${capability} of the host’s kernel`);
  for (const device of service.devices ?? []) add('devices', device, `gets the host’s device ${device}`);
  for (const key of ['network_mode', 'pid', 'ipc', 'uts', 'userns_mode', 'cgroupns_mode', 'cgroup'] as const) {
    const value = service[key];
    if (typeof value === 'string' && /^(?:host$|container:)/.test(value))
      add(key, value, `leaves its own ${key}: ${value}`);
  }
  for (const option of listOf(service['security_opt'])) {
    if (!/^no-new-privileges(?:[:=]true)?$/.test(option))
      add('security_opt', option, `changes how the kernel confines it: ${option}`);
  }
  for (const sysctl of sysctlsOf(service['sysctls'])) {
    // Those of the network are of its own network namespace.
    if (!sysctl.startsWith('net.')) add('sysctls', sysctl, `sets the kernel’s ${sysctl}`);
  }
  for (const key of ['cgroup_parent', 'runtime', 'isolation', 'credential_spec', 'volumes_from'] as const) {
    const value = service[key];
    if (value !== undefined && value !== null) add(key, textOf(value), `sets ${key}, which is the host’s affair`);
  }
  const logging = service['logging'];
  const driver = typeof logging === 'object' && logging !== null && 'driver' in logging ? logging.driver : undefined;
  if (typeof driver === 'string' && !LOCAL_LOGS.has(driver))
    add('logging', driver, `has the Engine send its logs elsewhere, from the host’s network (${driver})`);
  for (const mount of service.volumes ?? []) {
    const sentence = mountReach(mount);
    if (sentence !== undefined) add('volumes', mount.source ?? mount.type, sentence);
  }
  for (const constraint of constraintsOf(service)) {
    // What a machine can run is no choice among machines.
    if (!constraint.startsWith('node.platform.'))
      add('deploy.placement.constraints', constraint, `chooses the machine that it runs on: ${constraint}`);
  }
  return found;
}

function mountReach({ type, source = '', read_only }: Mount): string | undefined {
  if (type === 'volume' || type === 'tmpfs') return undefined;
  if (type !== 'bind') return `mounts by ${type}, which reaches out of its stack`;
  if (HARMLESS_BINDS.has(source) && read_only === true) return undefined;
  if (/(?:^|\/)(?:docker|containerd|podman)\.sock$/.test(source))
    return `gets at the Engine by ${source}: with all rights of the host`;
  return `mounts ${source} of the host${read_only === true ? ', to read' : ''}`;
}

function constraintsOf({ deploy }: Service): string[] {
  return listOf(deploy?.placement?.['constraints']).map((constraint) => constraint.replaceAll(/\s/g, ''));
}

function sysctlsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((entry) => String(entry).split('=')[0] ?? '');
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
