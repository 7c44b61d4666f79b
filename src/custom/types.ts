import type { Dependent } from '../../kit/hooks.ts';
import type { Dependency } from '../../kit/index.ts';
import type { Fault } from '../base/errors.ts';

/** One test case of a recipe's own tests. */
export interface TestCase {
  readonly name: string;
  readonly file: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The failure's message and the lines that show it. */
  readonly detail: string | undefined;
  readonly ms: number;
}

/** What the recipe's own tests said. Zero collected or only skipped is never a pass (design, law 5). */
export interface TestReport {
  /** Where the tests came from: the recipe's `tests/` or our `recipes/<name>/tests`. */
  readonly source: 'recipe' | 'enrolled' | 'none';
  readonly files: readonly string[];
  readonly cases: readonly TestCase[];
  /** Set when the tests could not be run at all (sandbox missing, file does not parse, time-out). */
  readonly broken: string | undefined;
  /** Who has to act when `broken` is set: the recipe for its files, the infrastructure for a missing sandbox. */
  readonly brokenFault?: Fault | undefined;
  /** Connections that the tests asked for and that the gateway refused, as `host:port`. */
  readonly refused?: readonly string[];
  /** How often the tests connected to the app, or asked for a command in it or its logs. */
  readonly touched?: number;
  /** Files the tests left as evidence, relative to the out directory. */
  readonly attachments?: readonly string[];
  readonly ms: number;
}

/** How a file is run: by Node's test runner, as a program that prints TAP, or by calling one function that it exports. */
type TestKind = 'node' | 'tap' | 'hook';

/** One file of a recipe's tests; `path` is relative to the tests directory, with `/`. */
export interface TestFile {
  readonly path: string;
  readonly kind: TestKind;
  /** The function of a file of hooks that is called, and for which tier; without it what the file exports is listed. */
  readonly call?: readonly [name: string, tier: string] | undefined;
}

/** The tests that a recipe brings, found but not read. */
export interface DiscoveredTests {
  readonly source: TestReport['source'];
  /** The tests directory; undefined when there is none. */
  readonly directory: string | undefined;
  readonly files: readonly TestFile[];
}

/** What a test may know and reach; also the environment that an executable printing TAP gets. */
export interface TestTarget {
  readonly runId: string;
  readonly recipe: string;
  readonly stackName: string;
  readonly domain: string;
  readonly version: string;
  /** Where the router listens, on loopback. */
  readonly address: string;
  readonly httpsPort: number;
  readonly authorityFile: string | undefined;
  /** Host names of the run; nothing else is reachable. */
  readonly hosts: readonly string[];
  /** TCP ports that the run's own services declare; which of them lead somewhere is asked of the Engine each time. */
  readonly tcpPorts: readonly number[];
  /** The app's env without secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** What was deployed beside the app because it needs it, by the names of the recipes. */
  readonly deps?: Readonly<Record<string, Dependency>> | undefined;
  /** Set while the app is a dependency that is being provisioned: whom for. */
  readonly dependent?: Dependent | undefined;
}
