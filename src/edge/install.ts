import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { delay, startDeadline } from '../base/deadline.ts';
import { CodedError } from '../base/errors.ts';
import { tryLock } from '../base/lock.ts';
import { mustRun, runProcess } from '../base/process.ts';
import type { ApiService } from '../swarm/api-types.ts';
import type { Engine } from '../swarm/engine.ts';
import { MANAGED_LABEL } from '../swarm/types.ts';
import { ensureCertificates } from './certificates.ts';
import { findTraefik, PORT_LABELS, ROUTER_MANAGED, ROUTER_NAME, routerEdge, TRAEFIK_LABEL } from './find-edge.ts';
import { buildImage, readImageContent } from './image.ts';
import { probe } from './probe.ts';
import { CONTAINER_PORTS, ROUTER_ENV, SECRET_FILES, SOCKET_IN_CONTAINER } from './router/service-shape.ts';
import { ROUTER_HEADER } from './router-header.ts';
import type { Edge, TraefikVersion } from './types.ts';

const HASH_LABEL = 'cc-ci.router.hash';
const READY_MS = 60_000;
const GONE_MS = 30_000;
const LOCK_WAIT_MS = 120_000;

export interface RouterOptions {
  /** The overlay network that routed services join. */
  readonly network: string;
  /** Where authority and certificate are kept. */
  readonly tlsDir: string;
  readonly domainSuffix: string;
  readonly traefik: TraefikVersion;
  /** The service's name; another one than the usual makes a second router, for tests. */
  readonly name?: string | undefined;
  /** Ports of the host to try first; 443 and 80 unless given. */
  readonly ports?: { readonly https: number; readonly http: number } | undefined;
  /** How often Docker asks whether it hangs; as often as the image says unless given. */
  readonly healthSeconds?: number | undefined;
  readonly onProgress?: ((sentence: string) => void) | undefined;
}

/**
 * Makes sure that something serves host names: a Traefik that is there is used as it is; else the built-in router is built
 * and deployed as a Swarm service, and replaced when its code, its certificate or its settings have changed.
 */
export async function ensureRouter(engine: Engine, options: RouterOptions): Promise<Edge> {
  const { name = ROUTER_NAME, onProgress = () => undefined } = options;
  const foreign = name === ROUTER_NAME ? await findTraefik(engine, options.traefik) : undefined;
  if (foreign !== undefined) return foreign;

  const lock = await tryLock(join(options.tlsDir, '.router-lock'), { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) {
    throw new CodedError({
      code: 'E_ROUTER_BUSY',
      message: `another process is setting up the router for more than ${LOCK_WAIT_MS / 60_000} minutes`,
      fault: 'infrastructure',
    });
  }
  await using _held = lock;
  const certificates = await ensureCertificates(options.tlsDir, options.domainSuffix);
  const [content, certificate, key] = await Promise.all([
    readImageContent(),
    readFile(certificates.certificateFile),
    readFile(certificates.keyFile),
  ]);
  const keyHash = createHash('sha256').update(certificate).update(key).digest('hex').slice(0, 12);
  const wanted = `${content.hash}-${keyHash}-${options.network}-${options.traefik}`;
  const existing = (await engine.services({ name: [name] })).find(({ Spec }) => Spec.Name === name);
  if (existing !== undefined && existing.Spec.Labels?.[MANAGED_LABEL] === undefined) {
    throw new CodedError({
      code: 'E_ROUTER_NAME',
      message: `there is a service ${name} that cc-ci did not make`,
      fault: 'infrastructure',
      hint: `rename or remove it: docker service rm ${name}`,
    });
  }
  if (existing !== undefined && existing.Spec.Labels?.[HASH_LABEL] === wanted) {
    const edge = routerEdge(existing, certificates.authorityFile);
    await waitReady(edge);
    return edge;
  }

  const env = { DOCKER_HOST: `unix://${engine.socket}` };
  const image = `cc-ci/router:${content.hash}`;
  if (!(await hasImage(engine, image))) {
    onProgress(`building ${image}`);
    await buildImage(image, content, env);
  }
  const ports = portsOf(existing);
  if (existing !== undefined) {
    await removeRouter(engine, name);
    const old = existing.Spec.TaskTemplate.ContainerSpec?.Image;
    // Refused while another router uses it, which is as well.
    if (old !== undefined && old !== image) await runProcess(['docker', 'image', 'rm', old], { env });
  }
  const chosen = ports ?? (await choosePorts(options.ports ?? { https: 443, http: 80 }));
  const managed = name === ROUTER_NAME ? ROUTER_MANAGED : name;
  const secrets = { certificate: `${name}_certificate_${keyHash}`, key: `${name}_key_${keyHash}` };
  for (const [secret, data] of [
    [secrets.certificate, certificate],
    [secrets.key, key],
  ] as const) {
    const found = await engine.secrets({ name: [secret] });
    if (found.some(({ Spec }) => Spec.Name === secret)) continue;
    await engine.createSecret({ Name: secret, Labels: { [MANAGED_LABEL]: managed }, Data: data.toString('base64') });
  }
  onProgress(`starting ${name} on ports ${chosen.https} and ${chosen.http}`);
  await mustRun(
    [
      'docker',
      'service',
      'create',
      '--detach',
      '--quiet',
      '--no-resolve-image',
      ...flags('--name', name),
      ...flags('--network', options.network),
      ...flags('--endpoint-mode', 'dnsrr'),
      ...flags('--publish', `mode=host,target=${CONTAINER_PORTS.https},published=${chosen.https}`),
      ...flags('--publish', `mode=host,target=${CONTAINER_PORTS.http},published=${chosen.http}`),
      ...flags('--mount', `type=bind,source=${engine.socket},target=${SOCKET_IN_CONTAINER},readonly`),
      ...flags('--secret', `source=${secrets.certificate},target=${SECRET_FILES.certificate}`),
      ...flags('--secret', `source=${secrets.key},target=${SECRET_FILES.key},mode=0400`),
      ...flags('--env', `${ROUTER_ENV.network}=${options.network}`),
      ...flags('--env', `${ROUTER_ENV.traefik}=${options.traefik}`),
      ...flags('--label', `${MANAGED_LABEL}=${managed}`),
      ...flags('--label', `${HASH_LABEL}=${wanted}`),
      ...flags('--label', `${TRAEFIK_LABEL}=${options.traefik}`),
      ...flags('--label', `${PORT_LABELS.https}=${chosen.https}`),
      ...flags('--label', `${PORT_LABELS.http}=${chosen.http}`),
      ...flags('--constraint', 'node.role==manager'),
      ...flags('--limit-memory', '256M'),
      ...flags('--restart-condition', 'any'),
      ...flags('--restart-delay', '200ms'),
      ...flags('--stop-grace-period', '2s'),
      ...flags('--cap-drop', 'ALL'),
      ...(options.healthSeconds === undefined ? [] : flags('--health-interval', `${options.healthSeconds}s`)),
      '--read-only',
      image,
    ],
    { env },
  );
  const created = (await engine.services({ name: [name] })).find(({ Spec }) => Spec.Name === name);
  if (created === undefined) throw new Error(`${name} is gone right after it was created`);
  const edge = routerEdge(created, certificates.authorityFile);
  await waitReady(edge);
  return edge;
}

function flags(flag: string, value: string): readonly [string, string] {
  return [flag, value];
}

/** Removes the router with all it needed, and waits until its ports are free. */
export async function removeRouter(engine: Engine, name = ROUTER_NAME): Promise<void> {
  const managed = name === ROUTER_NAME ? ROUTER_MANAGED : name;
  const label = `${MANAGED_LABEL}=${managed}`;
  for (const service of await engine.services({ label: [label] }))
    if (service.Spec.Name === name) await engine.removeService(service.ID);
  using deadline = startDeadline(GONE_MS);
  while ((await engine.containers({ label: [`com.docker.swarm.service.name=${name}`] })).length > 0) {
    await delay(50, deadline.signal);
  }
  for (const secret of await engine.secrets({ label: [label] }))
    if (secret.Spec.Name.startsWith(`${name}_`)) await engine.removeSecret(secret.ID);
}

async function hasImage(engine: Engine, reference: string): Promise<boolean> {
  try {
    await engine.image(reference);
    return true;
  } catch (error: unknown) {
    if (error instanceof CodedError && error.code === 'E_ENGINE') return false;
    throw error;
  }
}

function portsOf(service: ApiService | undefined): { readonly https: number; readonly http: number } | undefined {
  const https = Number(service?.Spec.Labels?.[PORT_LABELS.https]);
  const http = Number(service?.Spec.Labels?.[PORT_LABELS.http]);
  return https > 0 && http > 0 ? { https, http } : undefined;
}

/** The wished ports where they are free, else the next free ones from 8443 and 8080. */
async function choosePorts(wished: {
  readonly https: number;
  readonly http: number;
}): Promise<{ https: number; http: number }> {
  return { https: await firstFree([wished.https], 8443), http: await firstFree([wished.http], 8080) };
}

async function firstFree(wished: readonly number[], from: number): Promise<number> {
  for (const port of [...wished, ...Array.from({ length: 100 }, (_value, index) => from + index)]) {
    if (await isFree(port)) return port;
  }
  throw new CodedError({
    code: 'E_ROUTER_PORTS',
    message: `neither port ${wished.join(', ')} nor any from ${from} to ${from + 99} is free`,
    fault: 'infrastructure',
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}

/** The router answers for a host that nobody has: then it has read the Swarm and opened its ports. */
async function waitReady(edge: Edge): Promise<void> {
  using deadline = startDeadline(READY_MS);
  let last = 'not asked';
  while (!deadline.signal.aborted) {
    const answer = await probe(edge, { host: 'router.invalid', path: '/', scheme: 'http', timeoutMs: 2000 });
    if (ROUTER_HEADER in answer.headers) return;
    last = answer.error ?? `status ${answer.status}`;
    await delay(50, deadline.signal).catch(() => undefined);
  }
  throw new CodedError({
    code: 'E_ROUTER_START',
    message: `the built-in router does not answer on port ${edge.httpPort}: ${last}`,
    fault: 'infrastructure',
    hint: `docker service ps --no-trunc ${ROUTER_NAME}; docker service logs ${ROUTER_NAME}`,
  });
}
