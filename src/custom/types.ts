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
  readonly ms: number;
}

/** What a test may know and reach; also the environment that an executable printing TAP gets. */
export interface TestTarget {
  readonly runId: string;
  readonly recipe: string;
  readonly stackName: string;
  readonly domain: string;
  readonly version: string;
  /** Where the router listens on loopback. */
  readonly address: string;
  readonly httpsPort: number;
  readonly authorityFile: string | undefined;
  /** Host names of the run; nothing else is reachable. */
  readonly hosts: readonly string[];
  /** TCP ports of the run's own services on this host (host-mode ports). */
  readonly tcpPorts: readonly number[];
  /** The app's env without secrets. */
  readonly env: Readonly<Record<string, string>>;
}
