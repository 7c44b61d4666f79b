import type { ExecResult } from '../swarm/types.ts';

export interface ExecOptions {
  readonly stdin?: string | undefined;
  /** Added to the container's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** `uid`, `name` or `uid:gid` inside the container; the image's user by default. */
  readonly user?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * What this room may do with the live app: only this run's stack, by the names of the stack file. The run implements it;
 * `engine-app-data.ts` does so with the Docker Engine.
 */
export interface AppData {
  /**
   * Runs a program in the running container of a service. An exit code, zero or not, is a result. Rejects with
   * `CodedError` when there is no container, the program cannot be started (`E_EXEC`) or the time is over (`E_EXEC_TIMEOUT`).
   */
  exec(service: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Id of the container that runs the service now. Rejects with `CodedError` when there is none. */
  containerOf(service: string): Promise<string>;
  /** The directory of this host that holds a volume (key of the stack file). */
  volumePath(volumeKey: string): Promise<string>;
  /**
   * Takes a service down without grace, because its data is about to be destroyed: 0 replicas, containers killed. Returns
   * when they are gone and their volumes free.
   */
  halt(service: string): Promise<void>;
  /** Gives a halted service its replicas back. Does not wait. */
  resume(service: string): Promise<void>;
  /** Returns when all services are up and healthy again; rejects with the cause otherwise. */
  waitReady(): Promise<void>;
  /** Environment of the running container, as the Engine shows it (no values of secrets in files). */
  inspectEnv(service: string): Promise<Readonly<Record<string, string>>>;
  /** Image reference of the service. */
  image(service: string): Promise<string>;
}
