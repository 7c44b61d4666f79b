import { createHash } from 'node:crypto';
import type { ApiService } from '../../swarm/api-types.ts';
import { MANAGED_LABEL, RUN_LABEL, STACK_LABEL } from '../../swarm/types.ts';

/** The bridge by which containers of all Swarm services of a host reach anything that is not one of their networks. */
export const BRIDGE = 'docker_gwbridge';

/** Chains of ours in the table `filter`: `from` is the chain that jumps to it for what comes from the bridge. */
export const CHAINS = [
  { name: 'CC-CI-HOST', from: 'INPUT', of: 'host' },
  { name: 'CC-CI-OUT', from: 'DOCKER-USER', of: 'out' },
] as const;

/** Where clouds tell a machine its credentials: link-local on nearly all of them, and two that chose something else. */
const METADATA = ['169.254.0.0/16', '100.100.100.200/32', '168.63.129.16/32'];
/** Private networks (RFC 1918), and those of carriers (RFC 6598). */
const LAN = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

const ANSWERS = ['-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN'];
/** Some clouds serve names where they serve credentials. */
const NAMES = ['-p udp -m udp --dport 53 -j RETURN', '-p tcp -m tcp --dport 53 -j RETURN'];
const REFUSE = '-j REJECT --reject-with icmp-port-unreachable';

export interface EgressRules {
  /** Of what goes to this host itself. */
  readonly host: readonly string[];
  /** Of what goes through it. */
  readonly out: readonly string[];
  /** Stands in a comment of each chain: rules of another version are made anew. */
  readonly version: string;
}

/**
 * The rules that keep stacks from this host's own services and from the cloud's metadata; with `lan` from private networks, too. What
 * serves host names stays reachable, as apps ask each other by their public names, and so do name servers. Pure.
 */
export function egressRules({
  edgePorts,
  lan,
}: {
  readonly edgePorts: readonly number[];
  readonly lan: boolean;
}): EgressRules {
  const ports = [...new Set([80, 443, ...edgePorts])].toSorted((a, b) => a - b).join(',');
  const host = [...ANSWERS, ...NAMES, `-p tcp -m multiport --dports ${ports} -j RETURN`, REFUSE];
  const out = [...ANSWERS, ...NAMES, ...[...METADATA, ...(lan ? LAN : [])].map((range) => `-d ${range} ${REFUSE}`)];
  const version = createHash('sha256').update(JSON.stringify({ host, out })).digest('hex').slice(0, 12);
  return { host, out, version };
}

/** The text for `iptables-restore --noflush`: it makes the chains anew, all at once, and touches no other. Pure. */
export function restoreText(rules: EgressRules): string {
  return [
    '*filter',
    ...CHAINS.map(({ name }) => `:${name} - [0:0]`),
    ...CHAINS.flatMap(({ name, of }) =>
      rules[of].map((rule) => `-A ${name} -m comment --comment ${mark(rules)} ${rule}`),
    ),
    'COMMIT',
    '',
  ].join('\n');
}

/** What each rule of ours carries. */
export function mark({ version }: Pick<EgressRules, 'version'>): string {
  return `cc-ci:${version}`;
}

/** Stacks of others on this Swarm, by name: the rules would bind them, too. What runs a Traefik is the edge, and needs none of it. Pure. */
export function stacksOfOthers(services: readonly ApiService[]): readonly string[] {
  const foreign = services.filter(
    ({ Spec: { Labels = {} } }) => Labels[RUN_LABEL] === undefined && Labels[MANAGED_LABEL] === undefined,
  );
  const nameOf = ({ Spec }: ApiService) => Spec.Labels?.[STACK_LABEL] ?? Spec.Name;
  const edges = new Set(
    foreign.filter(({ Spec }) => (Spec.TaskTemplate.ContainerSpec?.Image ?? '').includes('traefik')).map(nameOf),
  );
  return [...new Set(foreign.map(nameOf))].filter((name) => !edges.has(name)).toSorted();
}
