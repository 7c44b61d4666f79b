import { valueText } from './value-text.ts';

/** What a finding says: the actor first, then what it reaches, with the value that an approval is of. */
export type Sentence = (value: string, raw: unknown) => string;

/** For services, by the key below the service without the names in it; the sentence goes on after the service's name. */
const OF_SERVICE: Readonly<Record<string, Sentence>> = {
  image: (value) => `has the Engine fetch ${value} from a registry that is not a public one, as the host`,
  privileged: () => 'runs privileged: with all rights of the host',
  cap_add: (value) => `gets the capability ${value} of the host’s kernel`,
  devices: (value) => `gets the host’s device ${value}`,
  security_opt: (value) => `changes how the kernel confines it: ${value}`,
  sysctls: (value) => `sets the kernel’s ${value}`,
  ulimits: (value) => `sets the limits of its processes: ${value}`,
  ports: (value) => `publishes a port of the host: ${value}`,
  hostname: (value) => `takes the host name ${value}, which also leads to it on every network that it is on`,
  extra_hosts: (value) => `sends a name elsewhere: ${value}`,
  dns: (value) => `asks another name server: ${value}`,
  volumes: mountSentence,
  networks: (value) => `takes the name ${value} on a network that other stacks are on`,
  'networks.aliases': (value) => `takes the name ${value} on a network that other stacks are on`,
  'logging.driver': (value) => `has the Engine send its logs elsewhere, from the host’s network (${value})`,
  'deploy.replicas': (value) => `runs ${value} times at once`,
  'deploy.placement.constraints': (value) => `chooses the machine that it runs on: ${value}`,
  tmpfs: (value) => `takes memory of the host: ${value}`,
};

const OF_OBJECT: Readonly<Record<string, Sentence>> = {
  name: (value) => `is named ${value}, which others may have`,
  external: (value) => `is ${value}, which others may have`,
  driver: (value) => `is made by the driver ${value}, which reaches out of its stack`,
  driver_opts: (value) => `is made with the options ${value}, which may reach out of its stack`,
  ipam: (value) => `takes addresses of its choice: ${value}`,
};

/** What a finding of a service says. Pure. */
export function serviceSentence(service: string, below: readonly string[], value: string, raw: unknown): string {
  // Names of networks, labels and the like are no part of what is said.
  const key = below[0] === 'networks' ? below.filter((_, index) => index !== 1).join('.') : below.join('.');
  const said = Object.hasOwn(OF_SERVICE, key) ? OF_SERVICE[key] : undefined;
  return `${service} ${said?.(value, raw) ?? unknown(below, value)}`;
}

/** What a finding of a volume, network, secret or config says. Pure. */
export function objectSentence(kind: string, id: string, below: readonly string[], value: string): string {
  const key = below.join('.');
  const said = Object.hasOwn(OF_OBJECT, key) ? OF_OBJECT[key] : undefined;
  return `the ${kind.slice(0, -1)} ${id} ${said?.(value, undefined) ?? unknown(below, value)}`;
}

function unknown(below: readonly string[], value: string): string {
  return `says ${below.join('.')}: ${value}, which is not known to stay within its stack`;
}

function mountSentence(value: string, raw: unknown): string {
  const { type, source = '', read_only } = raw as Readonly<Record<string, unknown>>;
  if (type === 'tmpfs') return `takes memory of the host: ${value}`;
  if (type !== 'bind') return `mounts ${value}, which may reach out of its stack`;
  if (/(?:^|\/)(?:docker|containerd|podman)\.sock$/.test(String(source)))
    return `gets at the Engine by ${valueText(source)}: with all rights of the host`;
  return `mounts ${value} of the host${read_only === true ? ', to read' : ', to write'}`;
}
