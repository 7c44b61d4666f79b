import { z } from 'zod';
import { CodedError } from '../base/errors.ts';
import { type Argv, type ProcessResult, runProcess } from '../base/process.ts';
import { type Confinement, confine } from './confine.ts';
import type { Repository } from './repository.ts';

/** Listings of large snapshots are long: some 250 bytes for each file. */
const MAX_OUTPUT_BYTES = 500 * 1024 * 1024;

const Summary = z.object({ message_type: z.literal('summary'), snapshot_id: z.string() });
const Complaint = z.object({
  message_type: z.literal('error'),
  error: z.unknown(),
  item: z.string().optional(),
});
const Node = z.object({
  struct_type: z.literal('node'),
  type: z.string(),
  path: z.string(),
  size: z.number().optional(),
});

export interface SnapshotFile {
  readonly path: string;
  readonly type: 'file' | 'dir' | 'other';
  readonly bytes: number;
}

export interface BackupRequest {
  /** Absolute paths; they have to exist. */
  readonly paths: readonly string[];
  /**
   * Directories that hold the paths and may be read: all others of the host are out of sight. A snapshot has the owner and
   * mode of every directory above a path, and a restore sets them: those within a volume have to be the real ones.
   */
  readonly readable: readonly string[];
  readonly excludes?: readonly string[];
  readonly tag: string;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SnapshotMade {
  readonly id: string;
  /** Files that could not be read or vanished meanwhile. */
  readonly warnings: readonly string[];
}

export interface RestoreRequest {
  /** Absolute paths in the snapshot; everything below them comes back. */
  readonly include: readonly string[];
  /** `/` puts them back where they were. */
  readonly target: string;
  /** Directories that may be written: all others of the host are out of sight. */
  readonly writable: readonly string[];
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Takes a snapshot. Exit code 3 (some files could not be read) still makes one: what is missing is for the inspection to find. */
export async function backupPaths(repository: Repository, request: BackupRequest): Promise<SnapshotMade> {
  const excludes = (request.excludes ?? []).flatMap((pattern) => ['--exclude', pattern]);
  const result = await runRestic(
    repository,
    ['backup', '--json', '--quiet', '--tag', request.tag, '--host', 'cc-ci', ...excludes, '--', ...request.paths],
    { readOnly: request.readable, writable: [] },
    request,
  );
  const lines = jsonLines(`${result.stdout}\n${result.stderr}`);
  const summary = lines.map((line) => Summary.safeParse(line)).find((parsed) => parsed.success)?.data;
  if (summary === undefined || (result.exitCode !== 0 && result.exitCode !== 3)) throw failed('backup', result);
  const warnings = lines.flatMap((line) => {
    const complaint = Complaint.safeParse(line);
    return complaint.success ? [`${complaint.data.item ?? ''} ${JSON.stringify(complaint.data.error)}`.trim()] : [];
  });
  return { id: summary.snapshot_id, warnings };
}

/** Lists what a snapshot holds. */
export async function listSnapshot(repository: Repository, snapshot: string): Promise<SnapshotFile[]> {
  const result = await runRestic(repository, ['ls', '--json', '--no-lock', snapshot], { readOnly: [], writable: [] });
  if (result.exitCode !== 0) throw failed('ls', result);
  return jsonLines(result.stdout).flatMap((line) => {
    const node = Node.safeParse(line);
    if (!node.success) return [];
    const { path, type, size } = node.data;
    return [{ path, type: type === 'file' || type === 'dir' ? type : 'other', bytes: size ?? 0 }];
  });
}

/** Writes files and directories of a snapshot below a target directory, with owners, modes and times. */
export async function restorePaths(repository: Repository, snapshot: string, request: RestoreRequest): Promise<void> {
  const include = request.include.flatMap((path) => ['--include', literalPattern(path)]);
  const result = await runRestic(
    repository,
    ['restore', '--quiet', '--no-lock', '--target', request.target, ...include, snapshot],
    { readOnly: [], writable: request.writable },
    request,
  );
  if (result.exitCode !== 0) throw failed('restore', result);
}

/** Writes a path as a pattern that matches just it: stars and brackets in names are taken literally. */
function literalPattern(path: string): string {
  return path.replace(/[\\*?[\]]/g, '\\$&');
}

async function runRestic(
  repository: Repository,
  args: readonly string[],
  { readOnly, writable }: Confinement,
  limits: { readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ProcessResult> {
  const argv: Argv = ['restic', '--repo', repository.directory, '--no-cache', ...args];
  return await runProcess(confine(argv, { readOnly, writable: [repository.directory, ...writable] }), {
    cleanEnv: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', RESTIC_PASSWORD: repository.password },
    maxBytes: MAX_OUTPUT_BYTES,
    timeoutMs: limits.timeoutMs,
    signal: limits.signal,
    group: true,
  });
}

function jsonLines(text: string): unknown[] {
  return text.split('\n').flatMap((line): unknown[] => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function failed(verb: string, result: ProcessResult): CodedError {
  const how = result.startError ?? (result.timedOut ? 'timed out' : `ended with ${result.exitCode ?? 'a signal'}`);
  return new CodedError({
    code: 'E_RESTIC',
    message: `restic ${verb}: ${how}`,
    fault: 'infrastructure',
    hint: 'restic 0.14 or newer and bubblewrap are needed; `cc-ci doctor` says what this machine has',
    evidence: `${result.stderr}\n${result.stdout}`.trim().split('\n').slice(-12),
  });
}
