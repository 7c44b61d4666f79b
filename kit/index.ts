/**
 * What a recipe's tests import as `cc-ci/kit`: the app under test and the ways to reach it. See docs/recipe-tests.md.
 * It works only inside the sandbox of a run.
 */
import type { Socket } from 'node:net';
import { after } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { callBroker } from './broker-client.ts';
import { launchChromium, VIEWPORT } from './chromium.ts';
import { connectThroughGateway } from './connect.ts';

export { strict as assert } from 'node:assert';
export { after, afterEach, before, beforeEach, describe, test } from 'node:test';
export type { Dependent, HookContext, Hooks, ReadyProbe } from './hooks.ts';

/** The app under test. */
export interface App {
  readonly recipe: string;
  readonly domain: string;
  /** `https://` and the domain, without a final slash. */
  readonly url: string;
  /** The version label of what is deployed, such as `1.2.0+4.1.1`. */
  readonly version: string;
  /** The app's env without its secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** All host names of the run. */
  readonly hosts: readonly string[];
  /** Ports of the run's services that `tcp` may be given. */
  readonly tcpPorts: readonly number[];
}

/** Another recipe's app that was deployed beside the one under test. */
export interface Dependency {
  readonly domain: string;
  /** `https://` and the domain, without a final slash. */
  readonly url: string;
  /** What its hook `provision` gave: credentials, among others. */
  readonly values: Readonly<Record<string, string>>;
}

/** How a command in a container ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The app under test, read from the environment that the sandbox gives. */
export const app: App = {
  recipe: variable('CC_CI_RECIPE'),
  domain: variable('CC_CI_DOMAIN'),
  url: variable('CC_CI_URL'),
  version: variable('CC_CI_VERSION'),
  env: JSON.parse(variable('CC_CI_APP_ENV', '{}')) as Record<string, string>,
  hosts: list(variable('CC_CI_HOSTS')),
  tcpPorts: list(variable('CC_CI_TCP_PORTS')).map(Number),
};

/** What the app depends on, by the names of the recipes. */
export const deps = JSON.parse(variable('CC_CI_DEPS', '{}')) as Readonly<Record<string, Dependency>>;

/** Fetches a path of the app (`/login`) or a whole URL of one of the run's host names. Options and answer are fetch's. */
export function http(path: string, init?: RequestInit): Promise<Response> {
  return fetch(new URL(path, `${app.url}/`), { signal: AbortSignal.timeout(30_000), ...init });
}

/**
 * Opens a new browser page with an empty profile; `page.goto('/')` goes to the app. The first call of a file starts
 * Chromium (about 2 s), and Chromium ends with the file.
 */
export async function page(): Promise<Page> {
  browser ??= launchChromium(app.domain);
  const context = await (await browser).newContext({ baseURL: app.url, viewport: VIEWPORT });
  return context.newPage();
}

/** Runs a command in the newest container of one of the run's services: argv, no shell. `timeoutMs` is 30 s unless given. */
export async function exec(
  service: string,
  argv: readonly string[],
  options: { readonly stdin?: string; readonly timeoutMs?: number } = {},
): Promise<CommandResult> {
  return (await callBroker('POST', '/exec', JSON.stringify({ service, argv, ...options }))) as CommandResult;
}

/** The last lines that a service of the run has logged; 200 unless given, at most 5000. */
export async function logs(service: string, tail = 200): Promise<string> {
  return ((await callBroker('POST', '/logs', JSON.stringify({ service, tail }))) as { readonly text: string }).text;
}

/** Opens a TCP connection to a port of the run's services (see `app.tcpPorts`). Throws when the port is not the run's. */
export function tcp(port: number): Promise<Socket> {
  return connectThroughGateway(app.domain, port);
}

/** Keeps a file as evidence of the run. The name has letters, digits, `.`, `_`, `-`; at most 16 MiB. */
export async function attach(name: string, data: string | Uint8Array): Promise<void> {
  await callBroker('PUT', `/attachments/${name}`, data);
}

// One browser for the file's process: starting one per page would cost a second each.
let browser: Promise<Browser> | undefined;
after(async () => (await browser?.catch(() => undefined))?.close());

function variable(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined) throw new Error(`${name} is not set: cc-ci/kit works only in the sandbox of a run`);
  return value;
}

function list(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}
