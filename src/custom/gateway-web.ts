import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls';
import { createProxyServer, type ServerOptions } from 'http-proxy-3';
import { messageOf } from '../base/errors.ts';
import { sendAnswer, sendOnSocket } from '../edge/router/answers.ts';
import { relayAnswer } from '../edge/router/relay.ts';
import { type GatewayCertificate, makeGatewayCertificate } from './gateway-certificate.ts';

/** Where the router is, and for which names it may be asked. */
export interface WebRules {
  readonly address: string;
  readonly httpsPort: number;
  readonly hosts: readonly string[];
  /** PEM file of the authority behind the router's certificate; undefined where the public ones are. */
  readonly authorityFile: string | undefined;
}

export interface WebGateOptions {
  readonly certificate: GatewayCertificate;
  /** Told of every name that was asked for and is not the run's. */
  readonly onRefused: (name: string) => void;
  /** Told of every request that is passed on. */
  readonly onRequest: () => void;
}

/** The way to the router: HTTP/1.1, HTTP/2 and WebSockets over TLS, for the host names of the run. */
export interface WebGate {
  /** Takes a connection that has asked for a name of the run on port 443. */
  accept(socket: Socket): void;
}

/** Says that an answer is the gateway's own, and why. */
const GATEWAY_HEADER = 'x-cc-ci-gateway';
const CONNECT_MS = 5000;
/** What Traefik allows; Node's own bound is 16 KiB. */
const BOUNDS = { maxHeaderSize: 1024 * 1024 };
/** Requests for anything but a websocket are answered as plain requests, as the router does. */
const UPGRADES = {
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
};

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/**
 * The end of the sandbox's TLS. A proxy routes by what is said inside of TLS, whatever the name in the greeting, so a gateway that
 * only passed bytes on would lead to every app of the host. Each request is read here, its name is held against the run's,
 * and it is asked of the router anew, under that name.
 *
 * Whether the router's certificate is good for a name still shows inside: where it is not, what is shown there is trusted by nobody.
 */
export async function openWebGate(rules: WebRules, options: WebGateOptions): Promise<WebGate> {
  const trusted = await trustedBy(rules);
  const good = createSecureContext(options.certificate);
  const shown = new Map<string, Promise<SecureContext>>();
  const contextFor = async (name: string): Promise<SecureContext> => {
    if (await routerIsTrusted(rules, name, trusted)) return good;
    return createSecureContext(await makeGatewayCertificate(rules.hosts, options.certificate.directory));
  };
  const proxy = createProxyServer({ selfHandleResponse: true });
  // No connection is kept: a router that closes it would take the next request with it.
  const agent = new Agent({ keepAlive: false });

  const judge = (request: Request): string | { readonly refused: string } => {
    const name = nameOf(request);
    const greeted = 'servername' in request.socket ? request.socket.servername : undefined;
    if (typeof greeted !== 'string' || greeted === '') return { refused: 'the TLS greeting names no host' };
    if (name !== undefined && rules.hosts.includes(name)) return name;
    options.onRefused(name ?? request.headers.host ?? '');
    return { refused: 'not a host name of this run' };
  };
  const optionsFor = (name: string): ServerOptions => ({
    target: `https://${rules.address}:${rules.httpsPort}`,
    agent,
    secure: false,
    connectTimeout: CONNECT_MS,
    // A new object each time: the library writes into it.
    ssl: { servername: name, ...BOUNDS },
  });

  // Without a listener the library throws what a client's socket reports, and nobody would catch it.
  proxy.on('error', () => undefined);
  proxy.on('proxyRes', (answer, _request, response) => relayAnswer(answer, response, undefined, [GATEWAY_HEADER]));
  proxy.on('proxyReq', (asked, _request, response) => {
    asked.once('close', () => {
      if (!response.headersSent) sendAnswer(response, ownAnswer(502, 'the router broke off'));
    });
  });

  const handle = (request: Request, response: Response): void => {
    const name = judge(request);
    if (typeof name !== 'string') return sendAnswer(response, ownAnswer(421, name.refused));
    prepare(request, name);
    options.onRequest();
    try {
      // The library is written for HTTP/1 types; it documents that it takes the compatible HTTP/2 objects too.
      proxy.web(request as IncomingMessage, response as ServerResponse, optionsFor(name), (error) =>
        sendAnswer(response, ownAnswer(502, `the router: ${messageOf(error)}`)),
      );
    } catch (error: unknown) {
      // What HTTP/2 can say and HTTP/1 cannot.
      sendAnswer(response, ownAnswer(400, messageOf(error)));
    }
  };
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    const name = judge(request);
    if (typeof name !== 'string') return sendOnSocket(socket, ownAnswer(421, name.refused));
    request.headers.host = name;
    options.onRequest();
    proxy.ws(request, socket, head, optionsFor(name), (error) => {
      if (socket.writable) sendOnSocket(socket, ownAnswer(502, `the router: ${messageOf(error)}`));
    });
  };

  const server = createSecureServer({
    ...options.certificate,
    ...BOUNDS,
    ...UPGRADES,
    allowHTTP1: true,
    SNICallback(name: string, answer: (error: Error | null, context?: SecureContext) => void) {
      const host = name.toLowerCase();
      if (!rules.hosts.includes(host)) {
        options.onRefused(name);
        answer(new Error('not a host name of this run'));
        return;
      }
      const context = shown.get(host) ?? contextFor(host);
      shown.set(host, context);
      context.then(
        (value) => answer(null, value),
        (error: unknown) => {
          shown.delete(host);
          answer(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
  });
  server.on('request', handle);
  server.on('upgrade', upgrade);
  return {
    accept(socket) {
      // As for every TLS server: a client that is gone without a farewell would else be waited for without end.
      socket.allowHalfOpen = false;
      server.emit('connection', socket);
    },
  };
}

/**
 * The host that a request is for, in lower case and without a port 443; undefined where it does not say so plainly. An
 * absolute address in the place of a path would be a second word for the host, and is none here.
 */
function nameOf({ url, headers, rawHeaders }: Pick<Request, 'url' | 'headers' | 'rawHeaders'>): string | undefined {
  if (rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length > 1) return undefined;
  const authority = headers[':authority'] ?? headers.host;
  if (typeof authority !== 'string' || (url !== '*' && url?.startsWith('/') !== true)) return undefined;
  if (headers.host !== undefined && headers.host !== authority) return undefined;
  return /^(?<name>[a-z0-9.-]{1,253})(?::443)?$/i.exec(authority)?.groups?.['name']?.toLowerCase();
}

/** What is passed on says one host, and asks for no other protocol. */
function prepare({ headers }: Request, name: string): void {
  if (':authority' in headers) headers[':authority'] = name;
  headers.host = name;
  delete headers.upgrade;
  delete headers['http2-settings'];
}

function ownAnswer(status: number, reason: string) {
  const headers = { 'content-type': 'text/plain; charset=utf-8', [GATEWAY_HEADER]: reason.replaceAll(/[^ -~]/g, ' ') };
  return { status, headers, body: `cc-ci gateway: ${reason}\n` };
}

/** The certificates that a client in the sandbox would believe, were it shown the router's own. */
async function trustedBy({ authorityFile }: WebRules): Promise<SecureContext> {
  if (authorityFile !== undefined) return createSecureContext({ ca: await readFile(authorityFile) });
  return createSecureContext({ ca: [...rootCertificates, ...getCACertificates('system')] });
}

/** Asks the router for its certificate under a name. Rejects when it does not answer. */
function routerIsTrusted(rules: WebRules, name: string, secureContext: SecureContext): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: rules.address,
      port: rules.httpsPort,
      servername: name,
      secureContext,
      rejectUnauthorized: false,
      timeout: CONNECT_MS,
    });
    socket.once('secureConnect', () => {
      resolve(socket.authorized);
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('the router does not answer')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the router closed the connection')));
  });
}
