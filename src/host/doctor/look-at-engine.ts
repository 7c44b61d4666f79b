import { formatError } from '../../base/errors.ts';
import { append } from '../../base/lists.ts';
import type { StatePaths } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { findEdge } from '../../edge/find-edge.ts';
import { freeSubnets } from '../../swarm/addresses.ts';
import { connectEngine, type Engine } from '../../swarm/engine.ts';
import { readEngineFacts } from '../../swarm/facts.ts';
import { readNetworkUsage } from '../../swarm/network-usage.ts';
import type { EngineFacts } from '../../swarm/types.ts';
import { lookAtEgress } from '../setup/egress-step.ts';
import { judgeNetwork, readRoutes, subnetsOf } from '../setup/network-step.ts';
import type { Check } from '../setup/step.ts';
import { type DoctorLine, missing, ok, warn } from './finding.ts';
import { judgeAddresses } from './judge-machine.ts';

/** Looks at the Engine and everything behind it; one line says so when it does not answer. Changes nothing. */
export async function lookAtEngine(settings: Settings, paths: StatePaths): Promise<DoctorLine[]> {
  let engine: Engine;
  try {
    engine = await connectEngine(settings.dockerSocket);
  } catch (error: unknown) {
    return [missing('engine', formatError(error).split('\n')[0] ?? 'no answer', 'run ./cc-ci setup')];
  }
  try {
    const facts = await readEngineFacts(engine);
    const lines = judgeEngine(facts);
    if (facts.swarm === 'manager') append(lines, await lookAtSwarm(engine, settings, paths));
    return lines;
  } finally {
    engine.close();
  }
}

/** What the Engine's own facts mean for a run. Pure. */
export function judgeEngine(facts: EngineFacts): DoctorLine[] {
  return [
    ok('engine', `Docker ${facts.engineVersion} on ${facts.socket}, ${facts.architecture}`),
    ok('API', facts.apiVersion),
    judgeSwarm(facts),
    facts.ipvs
      ? ok('IPVS', 'in the kernel')
      : warn(
          'IPVS',
          'not in the kernel: no virtual addresses, no ingress ports',
          'stacks are adapted (endpoint mode dnsrr, host ports), and each verdict says so; a kernel with ip_vs avoids it',
        ),
  ];
}

function judgeSwarm({ swarm, nodes }: EngineFacts): DoctorLine {
  if (swarm === 'manager') return ok('swarm', `manager, ${nodes} node(s)`);
  if (swarm === 'inactive') return missing('swarm', 'inactive', 'run ./cc-ci setup, which initialises one');
  return missing('swarm', 'this Engine is a worker', 'use a manager, through DOCKER_HOST');
}

async function lookAtSwarm(engine: Engine, settings: Settings, paths: StatePaths): Promise<DoctorLine[]> {
  const [networks, usage, routes, edge, egress] = await Promise.all([
    engine.networks(),
    readNetworkUsage(engine, [settings.proxyNetwork]),
    readRoutes(),
    findEdge(engine, settings, paths),
    lookAtEgress({ settings, paths, engine: () => Promise.resolve(engine) }),
  ]);
  const proxy = judgeNetwork(
    settings.proxyNetwork,
    networks.find(({ Name }) => Name === settings.proxyNetwork),
  );
  const [trouble] = proxy.warnings ?? [];
  const free = freeSubnets(routes, subnetsOf(networks));
  return [
    !proxy.ok
      ? missing('overlay', proxy.detail, 'run ./cc-ci setup, which makes it')
      : trouble === undefined
        ? ok('overlay', proxy.detail)
        : warn('overlay', trouble, 'it is not ours, so set-up leaves it as it is'),
    judgeAddresses(settings.proxyNetwork, usage[0]),
    free.length > 0
      ? ok('subnets', `${free.length} private /16 ranges are free, the first ${free[0]}`)
      : warn('subnets', 'no private /16 range is free', 'remove unused networks or routes that are too wide'),
    edge === undefined
      ? missing('router', 'nothing serves host names', 'run ./cc-ci setup')
      : ok(
          'router',
          `${edge.kind === 'traefik' ? 'Traefik' : 'built-in'}, rules of ${edge.traefik}, port ${edge.httpsPort}`,
        ),
    judgeEgress(egress),
  ];
}

/** What the look at the rules for stacks means: that they are lacking stops no run, and is not to go unseen. Pure. */
export function judgeEgress({ ok: fine, detail, warnings = [] }: Check): DoctorLine {
  const [open] = warnings;
  if (!fine)
    return warn('egress', detail, 'run ./cc-ci setup, which makes the rules anew; they do not outlive a reboot');
  return open === undefined ? ok('egress', detail) : warn('egress', detail, open);
}
