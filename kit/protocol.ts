import type { TestFile, TestTarget } from '../src/custom/types.ts';

/** What passes between the host and the inside of the sandbox: one JSON order on stdin, JSON lines on stdout. */

/** Where things lie inside the sandbox. Nothing here exists on the host under this name. */
export const INSIDE = {
  kit: '/cc-ci/kit',
  node: '/cc-ci/bin/node',
  authority: '/cc-ci/authority.pem',
  tests: '/tests',
  out: '/out',
  home: '/home/tester',
  gateway: '/run/cc-ci/gateway.sock',
  broker: '/run/cc-ci/broker.sock',
  proxyPort: 3128,
} as const;

/** What a test may know of its target: everything but where the router listens. */
export type VisibleTarget = Pick<
  TestTarget,
  'runId' | 'recipe' | 'stackName' | 'domain' | 'version' | 'hosts' | 'tcpPorts' | 'env' | 'deps' | 'dependent'
>;

/** The order to run test files. */
export interface TestOrder {
  readonly target: VisibleTarget;
  readonly files: readonly TestFile[];
  /** Milliseconds for all files together. */
  readonly timeoutMs: number;
}

/** One event of Node's test runner, reduced to what a verdict needs. */
export interface NodeEvent {
  readonly outcome: 'pass' | 'fail';
  readonly name: string;
  readonly nesting: number;
  readonly suite: boolean;
  readonly skipped: boolean;
  /** Node's `failureType`, such as `testCodeFailure` or `subtestsFailed`. */
  readonly failure: string | undefined;
  readonly detail: string | undefined;
  readonly ms: number;
  /** What a hook gave back, as JSON has it. */
  readonly value?: unknown;
}

/** How one test file ended. */
export interface FileRecord {
  readonly type: 'file';
  readonly path: string;
  readonly kind: TestFile['kind'];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Why the program could not be started. */
  readonly startError: string | undefined;
  /** False when the runner did not reach its own end: a crash, or `process.exit` in the middle of a test. */
  readonly complete: boolean;
  readonly events: readonly NodeEvent[];
  /** The last 64 KiB for a Node file, the first 1 MiB for TAP. */
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export type TestRecord = { readonly type: 'started'; readonly path: string } | FileRecord | { readonly type: 'end' };

/** The first order to a photographer: start the browser, for a host. */
export interface BrowserOrder {
  readonly host: string;
}

/** The order to photograph one page. */
export interface ScreenshotOrder {
  readonly url: string;
  /** Milliseconds for the page to be loaded. */
  readonly loadMs: number;
  /** Milliseconds to wait at most for the network to be quiet, or for a blank page to show something. */
  readonly quietMs: number;
}

/** One photograph with what the host needs to judge it. */
export interface Shot {
  /** Base64. */
  readonly png: string;
  readonly title: string;
  /** The visible text, form values included, cut at 1 MiB. */
  readonly text: string;
  /** True when a password field on the page has a value. */
  readonly filledPassword: boolean;
}

export type ScreenshotRecord =
  | { readonly type: 'ready' }
  | ({ readonly type: 'shot' } & Shot)
  | { readonly type: 'error'; readonly message: string };
