import { chmod } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { PublishedPort } from '../swarm/published-ports.ts';
import type { GatewayCertificate } from './gateway-certificate.ts';
import { openWebGate } from './gateway-web.ts';
import type { TestTarget } from './types.ts';

/** Where a connection out of the sandbox may go. */
export type GatewayRules = Pick<TestTarget, 'address' | 'httpsPort' | 'hosts' | 'tcpPorts' | 'authorityFile'>;

export interface GatewayOptions {
  /** What the gateway shows for the run's host names. */
  readonly certificate: GatewayCertificate;
  /** The TCP ports that the run's stack has published at this moment. */
  readonly published: () => Promise<readonly PublishedPort[]>;
}

/** The only way out of a sandbox: an HTTP CONNECT proxy on a unix socket. */
export interface Gateway extends AsyncDisposable {
  /** What was asked for and refused, as `host:port`, each once, at most 100. */
  refused(): readonly string[];
  /** Requests that were passed to the app, and connections to its ports. */
  opened(): number;
}

const MAX_CONNECTIONS = 256;

/** What `host:port` asks for: the router, or a port that the run's own stack declares. */
export type GatewayTarget = 'router' | { readonly port: number };

/**
 * Decides what `host:port` asks for, undefined when it is refused: a name of the run on 443 is the router's, a name of
 * the run or `localhost` on a declared port is the stack's. Pure.
 */
export function gatewayTarget(
  rules: Pick<GatewayRules, 'hosts' | 'tcpPorts'>,
  authority: string,
): GatewayTarget | undefined {
  const match = /^(?<host>[a-z0-9.-]{1,253}):(?<port>\d{1,5})$/i.exec(authority);
  if (match?.groups === undefined) return undefined;
  const host = match.groups['host']?.toLowerCase() ?? '';
  const port = Number(match.groups['port']);
  const isOwnName = rules.hosts.includes(host);
  if (isOwnName && port === 443) return 'router';
  if ((isOwnName || host === 'localhost') && rules.tcpPorts.includes(port)) return { port };
  return undefined;
}

/** Opens the gateway on a unix socket that every user may connect to; the directory around it is what guards it. */
export async function openGateway(socketPath: string, rules: GatewayRules, options: GatewayOptions): Promise<Gateway> {
  const refused = new Set<string>();
  const sockets = new Set<Socket>();
  let opened = 0;
  const refuse = (authority: string) => {
    if (refused.size < 100) refused.add(authority.slice(0, 300));
  };
  const count = () => {
    opened += 1;
  };
  const web = await openWebGate(rules, {
    certificate: options.certificate,
    onRefused: (name) => refuse(`${name}:443`),
    onRequest: count,
  });
  const server = createServer((request, response) => {
    refuse(request.url ?? '');
    response.writeHead(403, { 'content-type': 'text/plain' });
    response.end('only CONNECT to the host names and ports of this run\n');
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, client: Socket, head) => {
    client.on('error', () => undefined);
    if (head.length > 0) client.unshift(head);
    const target = gatewayTarget(rules, request.url ?? '');
    if (target === undefined) {
      refuse(request.url ?? '');
      answer(client, '403 Forbidden');
    } else if (target === 'router') {
      client.write(ESTABLISHED);
      web.accept(client);
    } else {
      reachPort(options.published, target.port).then(
        (upstream) => {
          if (upstream === undefined) return answer(client, '502 Bad Gateway');
          count();
          client.write(ESTABLISHED);
          join(client, upstream);
        },
        () => answer(client, '502 Bad Gateway'),
      );
    }
  });
  await listen(server, socketPath);
  return {
    refused: () => [...refused],
    opened: () => opened,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

function answer(client: Socket, status: string): void {
  client.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
}

/**
 * Connects to the running task that has published a port; undefined when none has, or it does not answer. It is looked up once
 * more when the connection stands: the address of a task that has ended in between may be another container's.
 */
async function reachPort(published: GatewayOptions['published'], port: number): Promise<Socket | undefined> {
  const find = async () => (await published()).filter((each) => each.published === port);
  for (const { address, port: inside } of await find()) {
    const socket = await open(address, inside);
    if (socket === undefined) continue;
    if ((await find()).some((each) => each.address === address && each.port === inside)) return socket;
    socket.destroy();
  }
  return undefined;
}

const CONNECT_MS = 5000;

function open(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS, allowHalfOpen: true });
    socket.once('connect', () => {
      socket.setTimeout(0);
      resolve(socket);
    });
    socket.once('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(undefined));
  });
}

/** Two one-way pipelines: either side may close its half first. */
function join(client: Socket, upstream: Socket): void {
  pipeline(client, upstream, () => undefined);
  pipeline(upstream, client, () => undefined);
  upstream.on('error', () => client.destroy());
  client.once('close', () => upstream.destroy());
  if (client.destroyed) upstream.destroy();
}

/** Listens on a unix socket that any user who can reach its directory may connect to. */
export async function listen(server: Server, socketPath: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve());
  });
  await chmod(socketPath, 0o666);
}
