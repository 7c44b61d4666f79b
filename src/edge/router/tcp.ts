import type { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { RoutingTable, TcpRoute } from '../labels/table-types.ts';
import { serverNameOf } from './client-hello.ts';
import type { EntryPoint } from './types.ts';

/** Milliseconds that a client may take to say which name it wants. */
const GREETING_TIMEOUT_MS = 10_000;

/** Where connections go that no TCP router wants, and the certificate for those whose TLS ends here. */
export interface Servers {
  readonly http: EventEmitter;
  readonly secureContext: SecureContext;
}

/**
 * Gives a new connection to the TCP router that wants it, else to the HTTP server. The TLS greeting is read only when the
 * entry point has TCP routers with TLS.
 */
export function routeTcp(socket: Socket, entryPoint: EntryPoint, table: RoutingTable, servers: Servers): void {
  const routes = table.tcpRouters.filter((route) => route.entryPoints.includes(entryPoint.name));
  if (entryPoint.kind === 'tcp') {
    const route = routes.find((route) => route.tls === 'none');
    if (route === undefined) socket.destroy();
    else join(socket, route);
    return;
  }
  const withTls = routes.filter((route) => route.tls !== 'none');
  if (withTls.length === 0 || entryPoint.kind !== 'tls') {
    servers.http.emit('connection', socket);
    return;
  }
  readGreeting(socket, (name) => {
    const route = withTls.find(({ serverNames }) => serverNames === undefined || serverNames.includes(name ?? ''));
    if (route === undefined || (route.serverNames === undefined && hasHttpRoutes(table, entryPoint))) {
      servers.http.emit('connection', socket);
    } else if (route.tls === 'passthrough') {
      join(socket, route);
    } else {
      const secure = new TLSSocket(socket, { isServer: true, secureContext: servers.secureContext });
      join(secure, route);
    }
  });
}

/** HTTP routers with TLS go before a TCP router for every name. */
function hasHttpRoutes(table: RoutingTable, entryPoint: EntryPoint): boolean {
  return table.routers.some((route) => route.tls && route.entryPoints.includes(entryPoint.name));
}

function readGreeting(socket: Socket, onName: (name: string | undefined) => void): void {
  let read = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), GREETING_TIMEOUT_MS);
  socket.on('close', () => clearTimeout(timer));
  const onData = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    const greeting = serverNameOf(read);
    if (greeting === 'incomplete') return;
    clearTimeout(timer);
    socket.off('data', onData);
    socket.pause();
    socket.unshift(read);
    onName(greeting.name);
  };
  socket.on('data', onData);
}

function join(client: Duplex, route: TcpRoute): void {
  const server = route.servers[Math.floor(Math.random() * route.servers.length)];
  if (server === undefined) {
    client.destroy();
    return;
  }
  const backend = connect({ host: server.address, port: server.port });
  client.on('error', () => backend.destroy());
  client.on('close', () => backend.destroy());
  backend.on('error', () => client.destroy());
  backend.on('close', () => client.destroy());
  client.pipe(backend).pipe(client);
}
