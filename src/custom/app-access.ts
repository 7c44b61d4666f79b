import type { PublishedPort } from '../swarm/published-ports.ts';
import type { ExecResult } from '../swarm/types.ts';

/** What broker and gateway may do on behalf of a sandboxed test: only this run's stack, nothing else. Implemented by the run. */
export interface AppAccess {
  services(): Promise<readonly string[]>;
  exec(
    service: string,
    argv: readonly string[],
    options: { readonly stdin?: string; readonly timeoutMs?: number },
  ): Promise<ExecResult>;
  logs(service: string, tail: number): Promise<string>;
  /** The TCP ports that its running tasks have published at this moment. */
  published(): Promise<readonly PublishedPort[]>;
}
