/**
 * A stack file, loaded, merged, interpolated and normalised: the same document that `docker stack config` prints.
 * Keys keep the names of the compose format (snake_case), so that printing it is printing these objects.
 */
export interface Stack {
  readonly version: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, Network>>;
  readonly volumes: Readonly<Record<string, Volume>>;
  readonly secrets: Readonly<Record<string, FileObject>>;
  readonly configs: Readonly<Record<string, FileObject>>;
  /** `x-…` keys at the top. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Durations are the compose text (`1m30s`); sizes are bytes or the compose text, as `docker stack config` prints them. */
export interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** A variable without a value (`null`) is taken from the environment of whoever deploys. */
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly deploy?: Deploy;
  readonly healthcheck?: Healthcheck;
  readonly networks?: Readonly<Record<string, ServiceNetwork | null>>;
  readonly ports?: readonly Port[];
  readonly volumes?: readonly Mount[];
  readonly secrets?: readonly FileReference[];
  readonly configs?: readonly FileReference[];
  readonly stop_grace_period?: string;
  readonly user?: string;
  readonly working_dir?: string;
  readonly hostname?: string;
  readonly init?: boolean;
  readonly tty?: boolean;
  readonly privileged?: boolean;
  readonly cap_add?: readonly string[];
  readonly network_mode?: string;
  readonly pid?: string;
  readonly devices?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly container_name?: string;
  readonly restart?: string;
  /** Every other key of the format, unchanged. */
  readonly [key: string]: unknown;
}

export interface Healthcheck {
  readonly test?: readonly string[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly start_period?: string;
  readonly start_interval?: string;
  readonly retries?: number;
  readonly disable?: boolean;
}

export interface Deploy {
  readonly mode?: string;
  readonly replicas?: number;
  readonly endpoint_mode?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly update_config?: UpdateConfig;
  readonly rollback_config?: UpdateConfig;
  readonly restart_policy?: RestartPolicy;
  readonly resources?: Readonly<Record<string, unknown>>;
  readonly placement?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface UpdateConfig {
  readonly parallelism?: number;
  readonly delay?: string;
  readonly failure_action?: string;
  readonly monitor?: string;
  readonly max_failure_ratio?: number;
  readonly order?: string;
}

export interface RestartPolicy {
  readonly condition?: string;
  readonly delay?: string;
  readonly max_attempts?: number;
  readonly window?: string;
}

export interface ServiceNetwork {
  readonly aliases?: readonly string[];
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
}

export interface Port {
  readonly mode?: string;
  readonly target?: number;
  readonly published?: number;
  readonly protocol?: string;
}

export interface Mount {
  readonly type: string;
  /** A volume's key of the stack file, or a path of the host. Absent: an anonymous volume. */
  readonly source?: string;
  readonly target?: string;
  readonly read_only?: boolean;
  readonly volume?: { readonly nocopy?: boolean };
  readonly [key: string]: unknown;
}

export interface FileReference {
  readonly source: string;
  readonly target?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mode?: number;
}

export interface Network {
  readonly name?: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly external?: boolean | { readonly name?: string };
  readonly internal?: boolean;
  readonly attachable?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

export interface Volume {
  readonly name?: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly external?: boolean | { readonly name?: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** A secret or a config. `file` is the absolute path inside the checkout. */
export interface FileObject {
  readonly name?: string;
  readonly file?: string;
  readonly external?: boolean | { readonly name?: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly template_driver?: string;
}
