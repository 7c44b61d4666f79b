import type { CodedError } from '../base/errors.ts';

/** What the `backupbot.*` labels of a stack ask for. Pure data, read from the resolved stack. */
export interface BackupPlan {
  /** False: no `backupbot.backup` label is on, an intentional skip. */
  readonly capable: boolean;
  readonly services: readonly BackupService[];
  readonly volumes: readonly BackupVolume[];
  /** Volumes (keys) that the labels exclude or that no label covers, with the reason: named in the verdict. */
  readonly uncovered: readonly { readonly volume: string; readonly reason: string }[];
  /** Static defects: a dump path outside any volume, a hook without its counterpart, … */
  readonly problems: readonly CodedError[];
  /** Worth saying, but nothing that fails by itself: a hook without its counterpart, a label nobody reads. */
  readonly warnings?: readonly CodedError[];
  /** Dump files that the labels or the text of a hook name, below a volume that is backed up. */
  readonly dumps?: readonly PlannedDump[];
}

/** A file that a hook is to write into a volume. */
export interface PlannedDump {
  readonly service: string;
  readonly volume: string;
  /** Relative to the volume's root. */
  readonly path: string;
  readonly source: 'label' | 'hook';
}

export interface BackupService {
  readonly service: string;
  readonly generation: 'v1' | 'v2';
  readonly backupPre: string | undefined;
  readonly backupPost: string | undefined;
  readonly restorePre: string | undefined;
  readonly restorePost: string | undefined;
}

export interface BackupVolume {
  /** Key in the stack file. */
  readonly volume: string;
  /** Full name in the Engine: `<stack>_<volume>`. */
  readonly name: string;
  /** Paths relative to the volume's root; undefined means the whole volume. */
  readonly paths: readonly string[] | undefined;
  readonly mountedBy: readonly { readonly service: string; readonly target: string }[];
}

export type CanaryKind = 'file' | 'postgres' | 'mysql' | 'redis' | 'sqlite';

/** Something of ours in the app's data: a file, a table with a row, or a key. */
export interface Canary {
  readonly id: string;
  readonly kind: CanaryKind;
  readonly service: string;
  /** Volume key the data lies in, when known. */
  readonly volume: string | undefined;
  /** Where exactly, for people: `content:/.cc-ci-canary-…`, `postgres notebook.public.cc_ci_canary`. */
  readonly where: string;
  /** The token that has to come back. */
  readonly token: string;
  /** Kind-specific coordinates (database name, user, path …); never a secret. */
  readonly detail: Readonly<Record<string, string>>;
}

export interface CanaryCheck {
  readonly id: string;
  readonly found: boolean;
  /** What was seen instead, in one line. */
  readonly detail: string;
}

/** A hook that was run in a container. */
export interface HookRun {
  readonly service: string;
  readonly hook: 'backup-pre' | 'backup-post' | 'restore-pre' | 'restore-post';
  readonly command: string;
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly ms: number;
}

/** What a snapshot really contains. */
export interface SnapshotReport {
  readonly id: string;
  readonly files: number;
  readonly bytes: number;
  readonly dumps: readonly DumpReport[];
  /** Canaries whose data is expected in the snapshot, and whether it was seen. */
  readonly canaries: readonly (CanaryCheck & { readonly expected: boolean })[];
  /** Labelled paths that the snapshot lacks. */
  readonly missingPaths: readonly string[];
  /** Database directories copied while the server ran, with no dump beside them. */
  readonly liveCopies: readonly string[];
  /** What restic warned about, such as a file that vanished while it was read. */
  readonly warnings?: readonly string[];
}

export interface DumpReport {
  readonly path: string;
  readonly bytes: number;
  readonly kind: 'sql' | 'pg-custom' | 'gzip' | 'tar' | 'rdb' | 'sqlite' | 'unknown';
  readonly parses: boolean;
  /** True for one that the hook of this backup did not write, whatever it holds. */
  readonly stale?: boolean;
  readonly detail: string;
}
