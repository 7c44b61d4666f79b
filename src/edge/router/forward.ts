import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Agent as TlsAgent } from 'node:https';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import { createProxyServer, type ServerOptions } from 'http-proxy-3';
import { requestWork, WorkError } from '../go-regexp.ts';
import type { HttpRoute, RouteTarget, Server } from '../labels/table-types.ts';
import type { Exchange, LocalAnswer, Middleware } from '../middlewares/types.ts';
import { ROUTER_HEADER } from '../router-header.ts';
import { failureAnswer, ownAnswer, type Response, sendAnswer, sendOnSocket } from './answers.ts';
import { removeHopByHop } from './hop-by-hop.ts';
import { cleanUrl, pickRoute, ruleRequest, stickyCookie, stickyServer, targetOf } from './pick.ts';
import { relayAnswer } from './relay.ts';
import type { EntryPoint, RouterState } from './types.ts';

export type Request = IncomingMessage | Http2ServerRequest;

/** The data path: from a client's request on an entry point to a task and back. */
export interface Forwarder {
  handle(entryPoint: EntryPoint, request: Request, response: Response): Promise<void>;
  upgrade(entryPoint: EntryPoint, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5000;

/** Headers that speak for a proxy: taken from nobody, set anew. */
const FORWARDED = /^(?:x-forwarded-|x-real-ip$|forwarded$)/;

/** What middlewares decided: an answer, or a server to ask. */
type Decision =
  | { readonly kind: 'answer'; readonly answer: LocalAnswer; readonly exchange?: Exchange | undefined }
  | { readonly kind: 'server'; readonly route: HttpRoute; readonly server: Server; readonly exchange: Exchange };

/** Builds the data path over a state that may change between requests. */
export function createForwarder(state: () => RouterState): Forwarder {
  // No connection is kept: a task that ends would take the next request with it.
  const agents = { http: new Agent({ keepAlive: false }), https: new TlsAgent({ keepAlive: false }) };
  const proxy = createProxyServer({ connectTimeout: CONNECT_TIMEOUT_MS, selfHandleResponse: true });
  const exchanges = new WeakMap<object, Exchange>();
  const turns = new Map<string, number>();

  // Without a listener the library throws what a client's socket reports, and that would be the end of the router.
  proxy.on('error', () => undefined);
  proxy.on('proxyRes', (answer, request, response) => relayAnswer(answer, response, exchanges.get(request)));

  proxy.on('proxyReq', (asked, _request, response) => {
    // A task that switches protocols unasked ends the exchange without an error: nobody else would answer the client.
    asked.once('close', () => {
      if (!response.headersSent) sendAnswer(response, ownAnswer(502, 'task-answer-invalid'));
    });
  });

  const nextServer = (target: RouteTarget): Server | undefined => {
    const turn = turns.get(target.name) ?? 0;
    turns.set(target.name, turn + 1);
    return target.servers[turn % target.servers.length];
  };

  const decide = async (entryPoint: EntryPoint, request: Request): Promise<Decision> => {
    const exchange = openExchange(entryPoint, request);
    if (exchange === undefined) return { kind: 'answer', answer: ownAnswer(400, 'bad-target') };
    const wanted = ruleRequest(exchange);
    const { table, waiting } = state();
    const route = pickRoute(table, entryPoint.name, exchange.secure, wanted);
    if (route === undefined) {
      if (wanted.work.left < 0) return { kind: 'answer', answer: ownAnswer(503, 'rules-take-too-long') };
      const known = pickRoute(waiting, entryPoint.name, exchange.secure, wanted);
      const reason = known === undefined ? 'unknown-host' : `no-healthy-task ${known.service}`;
      return { kind: 'answer', answer: ownAnswer(404, reason) };
    }
    for (const { name, run } of route.middlewares) {
      const answer = await runWithin(run, exchange);
      if (answer === 'too-long') return { kind: 'answer', answer: ownAnswer(503, `middleware-takes-too-long ${name}`) };
      if (answer === undefined) continue;
      const headers = { ...answer.headers, [ROUTER_HEADER]: `middleware ${name}` };
      return { kind: 'answer', answer: { ...answer, headers }, exchange };
    }
    const kept = stickyServer(route.target, exchange.headers.cookie);
    const server = kept ?? nextServer(route.target);
    if (server === undefined) return { kind: 'answer', answer: ownAnswer(503, `no-healthy-task ${route.service}`) };
    const cookie = kept === undefined ? stickyCookie(route.target, server) : undefined;
    if (cookie !== undefined) {
      exchange.onResponse.push((headers) => {
        headers['set-cookie'] = [headers['set-cookie'] ?? [], cookie].flat();
      });
    }
    return { kind: 'server', route, server, exchange };
  };

  const optionsFor = ({ route, server }: Decision & { kind: 'server' }): ServerOptions => {
    const host = server.address.includes(':') ? `[${server.address}]` : server.address;
    return {
      target: `${server.scheme}://${host}:${server.port}`,
      agent: agents[server.scheme],
      headers: route.target.passHostHeader ? {} : { host: `${host}:${server.port}` },
    };
  };

  return {
    async handle(entryPoint, request, response) {
      const decision = await decide(entryPoint, request);
      if (decision.kind === 'answer') {
        sendAnswer(response, decision.answer, decision.exchange);
        return;
      }
      request.url = decision.exchange.url;
      exchanges.set(request, decision.exchange);
      // The library is written for HTTP/1 types; it documents that it takes the compatible HTTP/2 objects too.
      proxy.web(request as IncomingMessage, response as ServerResponse, optionsFor(decision), (error) =>
        sendAnswer(response, failureAnswer(error), decision.exchange),
      );
    },
    async upgrade(entryPoint, request, socket, head) {
      const decision = await decide(entryPoint, request);
      if (decision.kind === 'answer') {
        sendOnSocket(socket, decision.answer, decision.exchange);
        return;
      }
      request.url = decision.exchange.url;
      request.headers['x-forwarded-proto'] = decision.exchange.secure ? 'wss' : 'ws';
      proxy.ws(request, socket, head, optionsFor(decision), (error) => {
        if (socket.writable) sendOnSocket(socket, failureAnswer(error), decision.exchange);
      });
    },
  };
}

/** What a middleware decides, unless its expressions take too long for this request. */
async function runWithin(run: Middleware, exchange: Exchange): Promise<LocalAnswer | undefined | 'too-long'> {
  try {
    return await run(exchange);
  } catch (error: unknown) {
    if (error instanceof WorkError) return 'too-long';
    throw error;
  }
}

/**
 * Reads a request as middlewares see it, with the proxy's own headers set anew, and without those of one connection only.
 * Undefined where it names no place that could be asked.
 */
function openExchange(entryPoint: EntryPoint, request: Request): Exchange | undefined {
  const { headers } = request;
  const target = targetOf(request.url ?? '/');
  if (target === undefined) return undefined;
  const authority = headers[':authority'];
  // Rules, middlewares and the task see one name, whichever places it stands in (RFC 9112, 3.2.2).
  const host = target.authority ?? (typeof authority === 'string' ? authority : headers.host) ?? '';
  const secure = entryPoint.kind === 'tls';
  const clientAddress = (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  // First, so that nobody has what we set taken away by naming it.
  removeHopByHop(headers);
  for (const name of Object.keys(headers)) if (FORWARDED.test(name)) delete headers[name];
  headers.host = host;
  headers['x-forwarded-for'] = clientAddress;
  headers['x-forwarded-host'] = host;
  headers['x-forwarded-port'] = /:(?<port>\d+)$/.exec(host)?.groups?.['port'] ?? (secure ? '443' : '80');
  headers['x-forwarded-proto'] = secure ? 'https' : 'http';
  headers['x-forwarded-server'] = hostname();
  headers['x-real-ip'] = clientAddress;
  return {
    method: request.method ?? 'GET',
    secure,
    clientAddress,
    host,
    url: cleanUrl(target.path),
    headers,
    work: requestWork(),
    onResponse: [],
  };
}
