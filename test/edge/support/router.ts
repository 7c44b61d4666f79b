import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCertificates } from '../../../src/edge/certificates.ts';
import { buildTable, type TableOptions } from '../../../src/edge/labels/table.ts';
import type { RoutedService } from '../../../src/edge/labels/table-types.ts';
import { createForwarder } from '../../../src/edge/router/forward.ts';
import { type Certificate, listen } from '../../../src/edge/router/listen.ts';
import type { RouterState } from '../../../src/edge/router/types.ts';

/** A router on loopback whose table the test sets. */
export interface TestRouter extends AsyncDisposable {
  readonly ports: Readonly<Record<string, number>>;
  readonly authority: Buffer;
  readonly certificate: Certificate;
  set(services: readonly RoutedService[]): RouterState;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Starts the real router code with entry points `web`, `web-secure` and `db` on free ports. */
export async function startRouter(options: Partial<TableOptions> = {}): Promise<TestRouter> {
  const dir = await mkdtemp(join(tmpdir(), 'cc-ci-edge-'));
  const files = await ensureCertificates(dir, 'ci.test');
  const certificate = { cert: await readFile(files.certificateFile), key: await readFile(files.keyFile) };
  const table: TableOptions = { version: 'v3', entryPoints: ['web', 'web-secure', 'db'], ...options };
  let state: RouterState = { table: buildTable([], table), waiting: buildTable([], table) };
  const forwarder = createForwarder(() => state);
  const kinds = { web: 'http', 'web-secure': 'tls', db: 'tcp' } as const;
  const listeners = await Promise.all(
    Object.entries(kinds).map(([name, kind]) =>
      listen({ name, kind, port: 0 }, { state: () => state, forwarder, certificate, address: '127.0.0.1' }),
    ),
  );
  return {
    ports: Object.fromEntries(listeners.map(({ entryPoint, port }) => [entryPoint.name, port])),
    authority: await readFile(files.authorityFile),
    certificate,
    set(services) {
      const absent = services.filter(({ addresses }) => addresses.length === 0);
      const waiting = absent.map((service) => ({ ...service, addresses: ['192.0.2.1'] }));
      state = { table: buildTable(services, table), waiting: buildTable(waiting, table) };
      return state;
    },
    async [Symbol.asyncDispose]() {
      for (const listener of listeners) await listener[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

export interface AskOptions {
  readonly scheme?: 'http' | 'https' | 'tcp' | undefined;
  readonly host: string;
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One real request to the router. */
export function ask(
  router: TestRouter,
  { scheme = 'https', host, path = '/', method = 'GET', headers }: AskOptions,
): Promise<Answer> {
  const entryPoint = { http: 'web', https: 'web-secure', tcp: 'db' }[scheme];
  const send = scheme === 'https' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      {
        host: '127.0.0.1',
        port: router.ports[entryPoint],
        servername: host,
        rejectUnauthorized: false,
        method,
        path,
        headers: { host, ...headers },
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    request.on('error', reject);
    request.end();
  });
}
