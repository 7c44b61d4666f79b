import { chmod } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { TestTarget } from './types.ts';

/** Where a connection out of the sandbox may go. */
export type GatewayRules = Pick<TestTarget, 'address' | 'httpsPort' | 'hosts' | 'tcpPorts'>;

/** The only way out of a sandbox: an HTTP CONNECT proxy on a unix socket. */
export interface Gateway extends AsyncDisposable {
  /** What was asked for and refused, as `host:port`, each once, at most 100. */
  refused(): readonly string[];
  /** Connections that were made to the app. */
  opened(): number;
}

const MAX_CONNECTIONS = 256;

/**
 * Decides where `host:port` leads, or undefined when it is refused: a name of the run on 443 goes to the router, a name of
 * the run or `localhost` on a port of the run's own services goes to that port. Pure.
 */
export function gatewayTarget(
  rules: GatewayRules,
  authority: string,
): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?<host>[a-z0-9.-]{1,253}):(?<port>\d{1,5})$/i.exec(authority);
  if (match?.groups === undefined) return undefined;
  const host = match.groups['host']?.toLowerCase() ?? '';
  const port = Number(match.groups['port']);
  const isOwnName = rules.hosts.includes(host);
  if (isOwnName && port === 443) return { host: rules.address, port: rules.httpsPort };
  if ((isOwnName || host === 'localhost') && rules.tcpPorts.includes(port)) return { host: rules.address, port };
  return undefined;
}

/** Opens the gateway on a unix socket that every user may connect to; the directory around it is what guards it. */
export async function openGateway(socketPath: string, rules: GatewayRules): Promise<Gateway> {
  const refused = new Set<string>();
  const sockets = new Set<Socket>();
  let opened = 0;
  const refuse = (authority: string) => {
    if (refused.size < 100) refused.add(authority.slice(0, 300));
  };
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
  server.on('connect', (request, client, head) => {
    client.on('error', () => undefined);
    const target = gatewayTarget(rules, request.url ?? '');
    if (target === undefined) {
      refuse(request.url ?? '');
      client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    const upstream = connect(target);
    let connected = false;
    upstream.once('connect', () => {
      connected = true;
      opened += 1;
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      // Two one-way pipelines: either side may close its half first.
      pipeline(client, upstream, () => undefined);
      pipeline(upstream, client, () => undefined);
    });
    upstream.on('error', () => {
      if (!connected) client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      else client.destroy();
    });
    client.once('close', () => upstream.destroy());
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

/** Listens on a unix socket that any user who can reach its directory may connect to. */
export async function listen(server: Server, socketPath: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve());
  });
  await chmod(socketPath, 0o666);
}
