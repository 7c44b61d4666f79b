/** The parts of the Engine API's documents that we read. Field names are the Engine's; what it may leave out is optional. */

export interface ApiVersion {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly Arch: string;
}

export interface ApiInfo {
  /** The Engine's clock, RFC 3339. */
  readonly SystemTime?: string;
  readonly ServerVersion: string;
  readonly Architecture: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly DockerRootDir: string;
  readonly Swarm?: {
    readonly NodeID?: string;
    readonly LocalNodeState?: string;
    readonly ControlAvailable?: boolean;
    readonly Nodes?: number;
  };
}

type Labels = Readonly<Record<string, string>>;

export interface ApiTaskTemplate {
  readonly ContainerSpec?: {
    readonly Image?: string;
    readonly Labels?: Labels;
    readonly Configs?: readonly { readonly ConfigName: string }[];
    readonly Healthcheck?: { readonly Test?: readonly string[]; readonly Retries?: number };
    readonly [key: string]: unknown;
  };
  readonly RestartPolicy?: { readonly Condition?: string; readonly Delay?: number; readonly MaxAttempts?: number };
  readonly Networks?: readonly { readonly Target: string; readonly Aliases?: readonly string[] }[];
  readonly [key: string]: unknown;
}

export interface ApiServiceSpec {
  readonly Name: string;
  readonly Labels?: Labels;
  readonly TaskTemplate: ApiTaskTemplate;
  readonly Mode?: {
    readonly Replicated?: { readonly Replicas?: number };
    readonly Global?: unknown;
    readonly ReplicatedJob?: { readonly TotalCompletions?: number; readonly MaxConcurrent?: number };
    readonly GlobalJob?: unknown;
  };
  readonly EndpointSpec?: { readonly Mode?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** A published port as the Engine reports it: of a service for ingress, of a task for a port of its host. */
export interface ApiPort {
  readonly Protocol?: string;
  readonly TargetPort?: number;
  readonly PublishedPort?: number;
  readonly PublishMode?: string;
}

interface ApiUpdateStatus {
  readonly State?: string;
  readonly StartedAt?: string;
  readonly CompletedAt?: string;
  readonly Message?: string;
}

export interface ApiService {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
  readonly Spec: ApiServiceSpec;
  readonly UpdateStatus?: ApiUpdateStatus;
  readonly Endpoint?: {
    readonly Spec?: { readonly Mode?: string };
    readonly Ports?: readonly ApiPort[] | null;
    readonly VirtualIPs?: readonly { readonly NetworkID: string; readonly Addr?: string }[];
  };
  readonly ServiceStatus?: { readonly RunningTasks: number; readonly DesiredTasks: number };
}

export interface ApiTask {
  readonly ID: string;
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly Slot?: number;
  readonly CreatedAt: string;
  readonly DesiredState: string;
  readonly Spec: ApiTaskTemplate;
  readonly Status: {
    readonly State: string;
    readonly Timestamp: string;
    readonly Message?: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string; readonly ExitCode?: number };
    readonly PortStatus?: { readonly Ports?: readonly ApiPort[] | null };
  };
  readonly NetworksAttachments?:
    | readonly { readonly Network: { readonly ID: string }; readonly Addresses?: readonly string[] }[]
    | null;
}

export interface ApiContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Labels: Labels;
  readonly Mounts?: readonly { readonly Type: string; readonly Name?: string; readonly Source?: string }[];
}

export interface ApiContainer {
  readonly Id: string;
  readonly Name: string;
  /** Id of the image that it was made from, whatever its reference names today. */
  readonly Image: string;
  readonly Config: { readonly Tty: boolean; readonly Labels: Labels | null };
  /** Where its files lie; not known with every storage driver. */
  readonly GraphDriver?: { readonly Data?: Labels | null } | null;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    /** Of its first process, as the Engine's host counts; 0 when it does not run. */
    readonly Pid?: number;
    readonly OOMKilled: boolean;
    readonly ExitCode: number;
    readonly Error: string;
    readonly Health?: {
      readonly Status: string;
      readonly FailingStreak: number;
      readonly Log: readonly { readonly Start: string; readonly ExitCode: number; readonly Output: string }[] | null;
    };
  };
}

export interface ApiNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Attachable?: boolean;
  readonly Labels?: Labels | null;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
  /** By their ids; only where one network is asked for. */
  readonly Containers?: Readonly<Record<string, { readonly IPv4Address?: string }>> | null;
}

export interface ApiVolume {
  readonly Name: string;
  readonly Mountpoint: string;
  readonly Labels?: Labels | null;
}

/** A secret or a config: both are a spec with an id. */
export interface ApiFileObject {
  readonly ID: string;
  readonly Spec: { readonly Name: string; readonly Labels?: Labels | null };
}

export interface ApiImage {
  readonly Id: string;
  readonly Architecture?: string;
  readonly RepoDigests?: readonly string[] | null;
  readonly Size: number;
}

export interface ApiNode {
  readonly ID: string;
  readonly Description?: { readonly Hostname?: string };
  readonly Status?: { readonly State?: string; readonly Addr?: string };
}

export interface ApiEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes?: Labels };
  readonly timeNano: number;
}

export interface ApiStats {
  readonly pids_stats?: { readonly current?: number; readonly limit?: number };
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: {
    readonly usage?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
}
