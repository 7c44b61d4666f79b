import { join } from 'node:path';
import type { BackupContext } from './context.ts';
import { judgeDump } from './dump-format.ts';
import { verifyPgCustom } from './pg-custom.ts';
import type { SnapshotFile } from './restic.ts';
import { type LayeredScan, scanFile } from './stream-scan.ts';
import type { DumpReport, PlannedDump } from './types.ts';
import { type PlacedVolume, readablePath } from './volume-sets.ts';

/** A dump of the plan with its place on this host. */
export interface PlacedDump extends PlannedDump {
  readonly hostPath: string;
}

export interface InspectedDump {
  readonly service: string;
  readonly report: DumpReport;
  /** Undefined for a dump that is a directory. */
  readonly scan: LayeredScan | undefined;
}

/** Finds the places of the dumps that the plan knows of. */
export function placeDumps(context: BackupContext, volumes: readonly PlacedVolume[]): PlacedDump[] {
  return (context.plan.dumps ?? []).flatMap((dump) => {
    const volume = volumes.find((candidate) => candidate.volume === dump.volume);
    return volume === undefined ? [] : [{ ...dump, hostPath: `${volume.root}/${dump.path}` }];
  });
}

/** Judges every dump that is in the snapshot; regular files have been written below `scratch` before. */
export async function inspectDumps(
  context: BackupContext,
  volumes: readonly PlacedVolume[],
  dumps: readonly PlacedDump[],
  byPath: ReadonlyMap<string, SnapshotFile>,
  scratch: string,
): Promise<InspectedDump[]> {
  const tokens = context.canaries.map((canary) => canary.token);
  const inspected: InspectedDump[] = [];
  for (const dump of dumps) {
    const entry = byPath.get(dump.hostPath);
    if (entry === undefined) continue;
    const path = readablePath(dump.hostPath, volumes);
    const { service } = dump;
    if (entry.type === 'file') {
      const scan = await scanFile(join(scratch, dump.hostPath), tokens);
      const report = { path, bytes: entry.bytes, ...judgeDump(path, scan) };
      inspected.push({ service, scan, report: await asItsServerSees(context, volumes, dump, report) });
    } else {
      const alone = !dumps.some((other) => other.service === service && byPath.get(other.hostPath)?.type === 'file');
      inspected.push({ service, scan: undefined, report: judgeDirectory(path, entry, byPath, alone) });
    }
  }
  return inspected;
}

/** A directory beside a dump may well be empty, such as that of uploads; one that is the only dump may not. */
function judgeDirectory(
  path: string,
  entry: SnapshotFile,
  byPath: ReadonlyMap<string, SnapshotFile>,
  alone: boolean,
): DumpReport {
  const kind = 'unknown';
  if (entry.type !== 'dir') return { path, bytes: 0, kind, parses: false, detail: 'neither a file nor a directory' };
  const files = [...byPath.values()].filter((file) => file.type === 'file' && file.path.startsWith(`${entry.path}/`));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const detail = files.length === 0 ? 'a directory without files' : `a directory of ${files.length} files`;
  return { path, bytes, kind, parses: bytes > 0 || !alone, detail };
}

async function asItsServerSees(
  context: BackupContext,
  volumes: readonly PlacedVolume[],
  dump: PlacedDump,
  report: DumpReport,
): Promise<DumpReport> {
  if (report.kind !== 'pg-custom' || !report.parses) return report;
  const mounts = volumes.find((volume) => volume.volume === dump.volume)?.mountedBy ?? [];
  const target = mounts.find((mount) => mount.service === dump.service)?.target;
  return target === undefined
    ? report
    : await verifyPgCustom(context.data, dump.service, `${target}/${dump.path}`, report);
}
