import type { StatePaths } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import type { ApiContainerSummary, ApiService } from '../swarm/api-types.ts';
import type { Engine } from '../swarm/engine.ts';
import { RUN_LABEL, STACK_LABEL } from '../swarm/types.ts';
import { filesIn } from './certificates.ts';
import type { Edge, TraefikVersion } from './types.ts';

/** The service name and the label value of the built-in router. */
export const ROUTER_NAME = 'cc-ci_router';
export const ROUTER_MANAGED = 'router';
export const TRAEFIK_LABEL = 'cc-ci.router.traefik';
export const PORT_LABELS = { https: 'cc-ci.router.https', http: 'cc-ci.router.http' } as const;

const LOOPBACK = '127.0.0.1';

/** What serves host names here: the built-in router, else a Traefik that publishes port 443, else nothing. */
export async function findEdge(engine: Engine, settings: Settings, paths: StatePaths): Promise<Edge | undefined> {
  const router = await findRouter(engine);
  if (router !== undefined) return routerEdge(router, filesIn(paths.tls).authorityFile);
  return findTraefik(engine, settings.traefik);
}

/** Our router: by its whole name, and in no stack, since a stack may be named so that its service bears this name, too. */
export async function findRouter(
  engine: Pick<Engine, 'services'>,
  name = ROUTER_NAME,
): Promise<ApiService | undefined> {
  const named = await engine.services({ name: [name] });
  return named.find(({ Spec }) => Spec.Name === name && Spec.Labels?.[STACK_LABEL] === undefined);
}

/** The edge that a router's service is, read from its labels. */
export function routerEdge(service: ApiService, authorityFile: string): Edge {
  const labels = service.Spec.Labels ?? {};
  return {
    kind: 'built-in',
    traefik: labels[TRAEFIK_LABEL] === 'v2' ? 'v2' : 'v3',
    address: LOOPBACK,
    httpsPort: Number(labels[PORT_LABELS.https] ?? 443),
    httpPort: Number(labels[PORT_LABELS.http] ?? 80),
    authorityFile,
  };
}

interface Published {
  readonly target: number;
  readonly published: number;
}

/** A Traefik that serves port 443 of this host, as a service or as a plain container. */
export async function findTraefik(
  engine: Pick<Engine, 'services' | 'containers'>,
  fallback: TraefikVersion,
): Promise<Edge | undefined> {
  for (const service of await engine.services()) {
    // What a run deploys is tested, and tests nothing.
    if (service.Spec.Labels?.[RUN_LABEL] !== undefined) continue;
    const edge = traefikEdge(service.Spec.TaskTemplate.ContainerSpec?.Image ?? '', servicePorts(service), fallback);
    if (edge !== undefined) return edge;
  }
  for (const container of await engine.containers({ status: ['running'] })) {
    if (container.Labels?.[RUN_LABEL] !== undefined) continue;
    const { Image = '', Ports = [] } = container as ApiContainerSummary & ContainerExtras;
    const ports = (Ports ?? []).map((port) => ({ target: port.PrivatePort, published: port.PublicPort ?? 0 }));
    const edge = traefikEdge(Image, ports, fallback);
    if (edge !== undefined) return edge;
  }
  return undefined;
}

/** Fields of the Engine's list of containers that only this room reads. */
interface ContainerExtras {
  readonly Image?: string;
  readonly Ports?: readonly { readonly PrivatePort: number; readonly PublicPort?: number }[] | null;
}

function servicePorts(service: ApiService): Published[] {
  const ports = service.Spec.EndpointSpec?.['Ports'];
  if (!Array.isArray(ports)) return [];
  return (ports as readonly { readonly TargetPort?: number; readonly PublishedPort?: number }[]).map((port) => ({
    target: port.TargetPort ?? 0,
    published: port.PublishedPort ?? 0,
  }));
}

/** Judges an image's name and ports; the major version comes from the tag where it says one. */
export function traefikEdge(image: string, ports: readonly Published[], fallback: TraefikVersion): Edge | undefined {
  const name = image.split('@', 1)[0]?.split('/').at(-1) ?? '';
  const match = /^traefik(?::v?(?<major>\d+)?|$)/.exec(name);
  if (match === null || !ports.some(({ published }) => published === 443)) return undefined;
  const major = match.groups?.['major'];
  return {
    kind: 'traefik',
    traefik: major === undefined ? fallback : Number(major) < 3 ? 'v2' : 'v3',
    address: LOOPBACK,
    httpsPort: 443,
    httpPort: 80,
    authorityFile: undefined,
  };
}
