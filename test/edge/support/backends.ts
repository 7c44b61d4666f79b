import { createServer, type IncomingMessage, type Server } from 'node:http';

/** What a backend tells about a request, in the shape of the recording. */
export interface Seen {
  readonly service: string;
  readonly port: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request headers that the recording keeps. */
const TOLD = /^(?:authorization|x-forwarded-(?:host|port|prefix|proto)|x-custom-req|x-replaced-path|x-test)$/;

export function describeRequest(service: string, port: number, request: IncomingMessage): Seen {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    TOLD.test(name) ? [[name, String(value)] as const] : [],
  );
  return {
    service,
    port: String(port),
    host: request.headers.host ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(headers),
  };
}

/** A fake task: answers every request on an address of loopback with what it saw. */
export async function startBackend(service: string, address: string, port: number): Promise<AsyncDisposable> {
  const server: Server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(describeRequest(service, port, request)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
