import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mustRun } from '../../src/base/process.ts';
import type { AppAccess } from '../../src/custom/app-access.ts';
import { discoverTests } from '../../src/custom/discover.ts';
import { type RunTestsOptions, runTests } from '../../src/custom/run-tests.ts';
import type { TestReport, TestTarget } from '../../src/custom/types.ts';

/** An app behind a router, without either: an HTTPS server with a certificate of an authority made for it. */
export interface FakeApp extends AsyncDisposable {
  readonly directory: string;
  readonly target: TestTarget;
}

export const DOMAIN = 'shop.ci.test';

/** Starts the server on a free loopback port; its files are below a new temporary directory. */
export async function startFakeApp(listener: RequestListener = hello): Promise<FakeApp> {
  const directory = await mkdtemp(join(tmpdir(), 'custom-app-'));
  const at = (name: string) => join(directory, name);
  await writeFile(at('leaf.ext'), `subjectAltName=DNS:${DOMAIN},DNS:*.${DOMAIN}\n`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await mustRun([
    'openssl',
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-subj',
    '/CN=authority',
    '-days',
    '2',
  ]);
  await mustRun([
    'openssl',
    'req',
    ...key,
    '-keyout',
    at('leaf.key'),
    '-out',
    at('leaf.csr'),
    '-subj',
    `/CN=${DOMAIN}`,
  ]);
  const signer = [
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('leaf.ext'),
  ];
  await mustRun(['openssl', 'x509', '-req', '-in', at('leaf.csr'), ...signer, '-out', at('leaf.pem')]);
  const server = createServer({ key: await readFile(at('leaf.key')), cert: await readFile(at('leaf.pem')) }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    directory,
    target: {
      runId: `t${process.pid}`,
      recipe: 'shop',
      stackName: 'shop_ci_test',
      domain: DOMAIN,
      version: '1.0.0+2.0.0',
      address: '127.0.0.1',
      httpsPort: (server.address() as AddressInfo).port,
      authorityFile: at('ca.pem'),
      hosts: [DOMAIN],
      tcpPorts: [],
      env: { COLOUR: 'blue' },
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function hello(...[request, response]: Parameters<RequestListener>): void {
  response.setHeader('content-type', 'text/html');
  response.end(`<title>Shop</title><h1>Welcome to ${request.headers.host} ${request.url}</h1>`);
}

/** An app with the services `app` and `db` whose commands answer with what they were given. */
export const fakeAccess: AppAccess = {
  services: async () => ['app', 'db'],
  exec: async (service, argv, options) => ({
    exitCode: 0,
    stdout: `${service}: ${argv.join(' ')}${options.stdin ?? ''}`,
    stderr: '',
    ms: 1,
  }),
  logs: async (service, tail) => `${tail} lines of ${service}`,
  published: async () => [],
};

/** Writes files (an executable when it starts with `#!`) below a directory. */
export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
}

/** Runs the given files as the tests of a recipe against the fake app. */
export async function runRecipeTests(
  app: FakeApp,
  files: Readonly<Record<string, string>>,
  options: Partial<RunTestsOptions> & {
    readonly target?: Partial<TestTarget>;
    readonly published?: AppAccess['published'];
  } = {},
): Promise<TestReport> {
  const recipe = await mkdtemp(join(app.directory, 'recipe-'));
  await writeFiles(join(recipe, 'tests'), files);
  const access = { ...fakeAccess, ...(options.published === undefined ? {} : { published: options.published }) };
  return runTests({ ...app.target, ...options.target }, access, {
    discovered: await discoverTests(recipe),
    outDir: join(app.directory, 'out'),
    timeoutMs: 30_000,
    signal: new AbortController().signal,
    ...options,
  });
}
