import { readFile } from 'node:fs/promises';
import { chooseSubnet } from '../../swarm/addresses.ts';
import type { ApiNetwork } from '../../swarm/api-types.ts';
import { MANAGED_LABEL } from '../../swarm/types.ts';
import { docker, type SetupContext } from './context.ts';
import type { Check, CheckedStep } from './step.ts';

/** Step: the overlay network that routed services join, on a /16 of its own. One that is there is only judged. */
export function networkStep(context: SetupContext): CheckedStep {
  const name = context.settings.proxyNetwork;
  return {
    name: 'network',
    async check() {
      const networks = await (await context.engine()).networks();
      return judgeNetwork(
        name,
        networks.find((network) => network.Name === name),
      );
    },
    async act() {
      const [networks, routes] = await Promise.all([(await context.engine()).networks(), readRoutes()]);
      const subnet = chooseSubnet(routes, subnetsOf(networks));
      const kind = ['--driver', 'overlay', '--attachable', '--subnet', subnet];
      await docker(context, ['network', 'create', ...kind, '--label', `${MANAGED_LABEL}=network`, name]);
      return `made the overlay network ${name} on ${subnet}`;
    },
  };
}

/** Whether a network of that name will do. One that is not ours is never changed: what is wrong with it is a warning. */
export function judgeNetwork(name: string, network: ApiNetwork | undefined): Check {
  if (network === undefined) return { ok: false, detail: `there is no network ${name}` };
  const subnet = network.IPAM?.Config?.[0]?.Subnet;
  const warnings: string[] = [];
  if (network.Driver !== 'overlay' || network.Scope !== 'swarm') {
    warnings.push(
      `network ${name} is ${network.Driver}/${network.Scope}, not a Swarm overlay: services cannot join it`,
    );
  } else if (network.Attachable !== true) {
    warnings.push(`network ${name} is not attachable: a plain container cannot join it for a look`);
  }
  const bits = Number(subnet?.split('/')[1] ?? 16);
  if (bits > 20) warnings.push(`network ${name} is only a /${bits}: a few dozen stacks fill it`);
  return { ok: true, detail: `${name} is there${subnet === undefined ? '' : ` on ${subnet}`}`, warnings };
}

/** The address ranges of networks. */
export function subnetsOf(networks: readonly ApiNetwork[]): string[] {
  return networks
    .flatMap((network) => network.IPAM?.Config ?? [])
    .map((config) => config.Subnet)
    .filter((subnet) => subnet !== undefined);
}

/** The IPv4 routes of this host, as ranges, from the kernel's own table; no program is needed for it. */
export async function readRoutes(file = '/proc/net/route'): Promise<string[]> {
  return parseRoutes(await readFile(file, 'utf8'));
}

/** Reads `/proc/net/route`: destinations and masks are hexadecimal, least significant octet first (proc_net(5)). */
export function parseRoutes(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .flatMap(([, destination, , , , , , mask]) => {
      if (destination === undefined || mask === undefined) return [];
      const bits = octets(mask).reduce((sum, octet) => sum + octet.toString(2).replaceAll('0', '').length, 0);
      return [`${octets(destination).join('.')}/${bits}`];
    });
}

function octets(hex: string): number[] {
  return [6, 4, 2, 0].map((start) => Number.parseInt(hex.slice(start, start + 2), 16));
}
