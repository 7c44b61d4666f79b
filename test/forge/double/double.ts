import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../../../src/base/process.ts';
import { afterPush, answerApi } from './api.ts';
import { initBare, serveGit } from './git.ts';
import { wants } from './hooks.ts';
import type { Api } from './lookup.ts';
import { maySee, repositoryShape, roleOf, userShape } from './shapes.ts';
import { emptyState, type Repository, type State } from './state.ts';
import { makeDelivery, type Sent, send } from './webhooks.ts';

/** One call to the API. */
export interface Asked {
  readonly method: string;
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** Empty when nobody known asks. */
  readonly login: string;
  /** Of the token; undefined for a password, which may do all that its user may. */
  readonly scopes: readonly string[] | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What goes wrong with a call: an answer instead of the right one, none at all, or the right one late. */
export type Fault = Reply | 'reset' | { readonly delayMs: number };

/** A forge on loopback: git over HTTP, the API that cc-ci uses, signed webhooks, and faults on command. */
export interface ForgeDouble extends AsyncDisposable {
  readonly url: string;
  readonly state: State;
  /** Every call to the API, in order. */
  readonly asked: readonly {
    readonly method: string;
    readonly path: string;
    readonly login: string;
    readonly status: number;
  }[];
  /** Deliveries that were made; with `holdDeliveries` they are only kept, to be sent when and as often as a test likes. */
  readonly deliveries: Sent[];
  addUser(login: string, options?: { readonly admin?: boolean }): string;
  addToken(login: string, scopes: readonly string[]): string;
  addRepository(owner: string, name: string, parent?: Repository): Promise<Repository>;
  /** Decides for each call whether something goes wrong with it. */
  failWith(fault: ((asked: Asked) => Fault | undefined) | undefined): void;
  holdDeliveries(hold: boolean): void;
  /** Resolves when everything that was to be delivered has been. */
  delivered(): Promise<void>;
  call(
    login: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>;
}

/** Starts a forge with nobody and nothing in it. */
export async function startForge(
  options: { readonly port?: number; readonly now?: () => Date } = {},
): Promise<ForgeDouble> {
  const state = emptyState();
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-forge-'));
  const asked: { method: string; path: string; login: string; status: number }[] = [];
  const deliveries: Sent[] = [];
  const sending = new Set<Promise<unknown>>();
  let fault: ((call: Asked) => Fault | undefined) | undefined;
  let hold = false;
  let url = '';
  const api: Api = {
    state,
    get url() {
      return url;
    },
    now: options.now ?? (() => new Date()),
    deliver(repository, event, type, payload) {
      const sender = payload['sender'] ?? userShape(state, repository.owner);
      for (const hook of repository.hooks) {
        if (!wants(hook, type)) continue;
        const whole = { ...payload, repository: repositoryShape(state, url, repository), sender };
        const delivery = makeDelivery(hook, event, type, whole);
        deliveries.push(delivery);
        if (hold) continue;
        const sent = send(delivery).finally(() => sending.delete(sent));
        sending.add(sent);
      }
    },
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = new URL(request.url ?? '/', 'http://forge');
    const who = authenticate(state, request.headers.authorization);
    if (!at.pathname.startsWith('/api/v1/')) {
      await gitOrNothing(api, request, response, at, who.login);
      return;
    }
    const text = await readAll(request);
    const call: Asked = {
      method: request.method ?? 'GET',
      path: at.pathname.slice('/api/v1/'.length),
      query: at.searchParams,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      ...who,
    };
    const wrong = fault?.(call);
    if (wrong === 'reset') {
      request.socket.destroy();
      return;
    }
    if (wrong !== undefined && 'delayMs' in wrong) await new Promise((resolve) => setTimeout(resolve, wrong.delayMs));
    const reply = wrong !== undefined && 'status' in wrong ? wrong : await answerApi(api, call);
    asked.push({ method: call.method, path: call.path, login: call.login, status: reply.status });
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ message: String(error), url: '' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const addToken = (login: string, scopes: readonly string[]) => {
    const value = randomBytes(20).toString('hex');
    state.tokens.push({ value, login, scopes });
    return value;
  };
  return {
    url,
    state,
    asked,
    deliveries,
    addUser(login, { admin = false } = {}) {
      state.users.push({ id: state.users.length + 1, login, admin });
      return login;
    },
    addToken,
    async addRepository(owner, name, parent) {
      const git = join(root, `${owner}+${name}.git`);
      if (parent === undefined) await initBare(git);
      else {
        await mustRun(['git', 'clone', '--quiet', '--bare', parent.git, git]);
        await mustRun(['git', 'config', 'http.receivepack', 'true'], { cwd: git });
      }
      const repository: Repository = {
        id: state.repositories.length + 1,
        owner,
        name,
        git,
        parentId: parent?.id,
        collaborators: new Map(),
        hooks: [],
        issues: [],
        gone: false,
        isPrivate: false,
      };
      state.repositories.push(repository);
      return repository;
    },
    failWith(next) {
      fault = next;
    },
    holdDeliveries(next) {
      hold = next;
    },
    async delivered() {
      while (sending.size > 0) await Promise.all(sending);
    },
    async call(login, method, path, body) {
      const answer = await fetch(`${url}/api/v1/${path}`, {
        method,
        redirect: 'manual',
        headers: {
          authorization: `Basic ${Buffer.from(`${login}:password`).toString('base64')}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Users sign in with a token, or by name with any password: a double guards nothing. */
function authenticate(
  state: State,
  header: string | undefined,
): { readonly login: string; readonly scopes: readonly string[] | undefined } {
  const token = /^token (?<value>.+)$/.exec(header ?? '')?.groups?.['value'];
  const basic = /^Basic (?<value>.+)$/.exec(header ?? '')?.groups?.['value'];
  const [name = '', password = ''] =
    basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':');
  const known = state.tokens.find(({ value }) => value === (token ?? password));
  if (known !== undefined) return { login: known.login, scopes: known.scopes };
  return { login: state.users.some(({ login }) => login === name) ? name : '', scopes: undefined };
}

async function gitOrNothing(
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
  at: URL,
  login: string,
): Promise<void> {
  const match = /^\/(?<owner>[^/]+)\/(?<name>[^/]+)\.git(?<path>\/.*)$/.exec(at.pathname)?.groups;
  const repository = api.state.repositories.find(
    ({ owner, name, gone }) => owner === match?.['owner'] && name === match['name'] && !gone,
  );
  if (match === undefined || repository === undefined) {
    response.writeHead(404).end();
    return;
  }
  if (!maySee(api.state, repository, login)) {
    if (login === '') response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end();
    else response.writeHead(404).end();
    return;
  }
  const pushes = match['path'] === '/git-receive-pack' || at.searchParams.get('service') === 'git-receive-pack';
  if (pushes && (login === '' || roleOf(api.state, repository, login) === 'read')) {
    response.writeHead(login === '' ? 401 : 403, { 'www-authenticate': 'Basic realm="forge"' }).end();
    return;
  }
  const before = match['path'] === '/git-receive-pack' ? await branches(repository) : undefined;
  serveGit(request, response, {
    repository: repository.git,
    path: match['path'] ?? '',
    query: at.search.slice(1),
    user: login || undefined,
  });
  if (before === undefined) return;
  await new Promise((resolve) => response.once('close', resolve));
  const after = await branches(repository);
  const moved = [...after].flatMap(([ref, sha]) =>
    before.get(ref) === sha ? [] : [{ ref, before: before.get(ref) ?? '0'.repeat(40), after: sha }],
  );
  await afterPush(api, repository, moved);
}

async function branches(repository: Repository): Promise<Map<string, string>> {
  const { stdout } = await mustRun(['git', 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads'], {
    cwd: repository.git,
  });
  return new Map(
    stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ') as [string, string]),
  );
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
