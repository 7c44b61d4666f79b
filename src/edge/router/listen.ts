import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ownAnswer, sendAnswer, sendOnSocket } from './answers.ts';
import type { Forwarder } from './forward.ts';
import { routeTcp } from './tcp.ts';
import type { EntryPoint, RouterState } from './types.ts';

/** PEM texts of the certificate that every TLS entry point shows. */
export interface Certificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** An open port. */
export interface Listener extends AsyncDisposable {
  readonly entryPoint: EntryPoint;
  /** The port in use; differs from the entry point's when that is 0. */
  readonly port: number;
}

export interface ListenOptions {
  readonly state: () => RouterState;
  readonly forwarder: Forwarder;
  readonly certificate: Certificate;
  /** All addresses unless given. */
  readonly address?: string | undefined;
}

/** Opens one entry point: HTTP/1.1 and 2 with websockets, and TCP routers in front of both. Rejects when the port is taken. */
export async function listen(entryPoint: EntryPoint, options: ListenOptions): Promise<Listener> {
  const { forwarder, certificate, state } = options;
  const http = entryPoint.kind === 'tls' ? secureServer(certificate) : createServer(HTTP_OPTIONS);
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    forwarder.handle(entryPoint, request, response).catch(() => sendAnswer(response, ownAnswer(500, 'router-failed')));
  });
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    forwarder
      .upgrade(entryPoint, request, socket, head)
      .catch(() => sendOnSocket(socket, ownAnswer(500, 'router-failed')));
  });
  const secureContext = createSecureContext(certificate);
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    routeTcp(socket, entryPoint, state().table, { http, secureContext });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: entryPoint.port, host: options.address }, resolve);
  });
  const address = server.address();
  return {
    entryPoint,
    port: typeof address === 'object' && address !== null ? address.port : entryPoint.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Requests for anything but a websocket are answered as plain requests, as Traefik does with `h2c`. */
const HTTP_OPTIONS = {
  shouldUpgradeCallback: (request: IncomingMessage): boolean => request.headers.upgrade?.toLowerCase() === 'websocket',
};

function secureServer(certificate: Certificate): HttpServer {
  // With `allowHTTP1` it emits the events of an HTTP/1 server as well, which its type does not say.
  return createSecureServer({ ...certificate, ...HTTP_OPTIONS, allowHTTP1: true }) as unknown as HttpServer;
}
