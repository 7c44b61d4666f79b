import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mustRun } from '../../../src/base/process.ts';
import { testHome } from '../../support/home.ts';
import { registryProgram } from '../../support/set-up/registry-program.ts';

/** What a registry says instead of an image; `silent` takes the question and never answers. */
export type Refusal = 'rate-limited' | 'login-wanted' | 'denied' | 'broken' | 'page' | 'silent';

/** What it says beside that, which is never to be seen again. */
export const SAID = 'words-of-the-registry';

/** Debian's registry on the loopback, which the Engine trusts without TLS, behind a door that can refuse. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:port`: the first part of its images' names. */
  readonly address: string;
  /** Puts an image of this host into it and removes its new name here again; returns that name. */
  push(image: string, repository: string): Promise<string>;
  /** From now on this repository is refused. */
  refuse(repository: string, how: Refusal): void;
  /** Called with the repository whenever the Engine asks for one of its manifests. */
  onAsked: ((repository: string) => void) | undefined;
}

const ANSWERS: Readonly<
  Record<Exclude<Refusal, 'silent' | 'page'>, readonly [status: number, code: string, message: string]>
> = {
  'rate-limited': [429, 'TOOMANYREQUESTS', `You have reached your pull rate limit. ${SAID}`],
  'login-wanted': [401, 'UNAUTHORIZED', `authentication required ${SAID}`],
  // With more words Docker makes of it that the repository may not exist.
  denied: [403, 'DENIED', 'requested access to the resource is denied'],
  broken: [503, 'UNAVAILABLE', `try again later ${SAID}`],
};

export async function startRegistry(): Promise<Registry> {
  const dir = await mkdtemp(join(tmpdir(), 'cc-ci-registry-'));
  const port = await freePort();
  const config = join(dir, 'registry.yml');
  await writeFile(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'info' },
      storage: { filesystem: { rootdirectory: join(dir, 'data') } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  const child = spawn(registryProgram(testHome()), ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  await untilListening(child);
  const refused = new Map<string, Refusal>();
  const door = createServer((incoming, response) => {
    const repository = /^\/v2\/(?<name>.+)\/(?:manifests|blobs)\//.exec(incoming.url ?? '')?.groups?.['name'];
    if (repository !== undefined && incoming.url?.includes('/manifests/') === true) registry.onAsked?.(repository);
    const refusal = repository === undefined ? undefined : refused.get(repository);
    if (refusal === undefined) return forward(incoming, response, port);
    if (refusal !== 'silent') answer(response, refusal);
  });
  const address = `127.0.0.1:${await listen(door)}`;
  const registry: Registry = {
    address,
    onAsked: undefined,
    refuse: (repository, how) => void refused.set(repository, how),
    async push(image, repository) {
      const name = `${address}/${repository}`;
      await mustRun(['docker', 'tag', image, name]);
      try {
        await mustRun(['docker', 'push', '--quiet', name], { timeoutMs: 240_000 });
      } finally {
        await mustRun(['docker', 'image', 'rm', name]);
      }
      return name;
    },
    async [Symbol.asyncDispose]() {
      door.closeAllConnections();
      door.close();
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(dir, { recursive: true, force: true });
    },
  };
  return registry;
}

function answer(response: ServerResponse, refusal: Exclude<Refusal, 'silent'>): void {
  if (refusal === 'page') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<h1>Admin</h1><p>denied, no space left on device, ${SAID}</p>`);
    return;
  }
  const [status, code, message] = ANSWERS[refusal];
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 401 ? { 'www-authenticate': 'Basic realm="registry"' } : {}),
  });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

function forward(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  });
  onward.on('error', () => response.destroy());
  incoming.pipe(onward);
}

async function listen(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(child: ChildProcess): Promise<void> {
  if (child.stderr === null) throw new Error('the registry has no log');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('listening on')) {
      child.stderr.resume();
      return;
    }
    said.push(line);
  }
  throw new Error(`the registry did not start: ${said.join('\n')}`);
}
