import { lstat } from 'node:fs/promises';
import type { PlacedDump } from './inspect-dumps.ts';
import type { BackupPlan, SnapshotReport } from './types.ts';
import { type PlacedVolume, readablePath } from './volume-sets.ts';

/** What tells one state of a file from another without asking any clock: inode, size and both times. */
type Stamp = string;

/** Stamps the dumps that are there as regular files, by their place on this host. */
export async function stampDumps(dumps: readonly PlacedDump[]): Promise<ReadonlyMap<string, Stamp>> {
  const stamps = new Map<string, Stamp>();
  for (const { hostPath } of dumps) {
    const file = await lstat(hostPath, { bigint: true }).catch(() => undefined);
    if (file?.isFile() === true) stamps.set(hostPath, [file.ino, file.size, file.mtimeNs, file.ctimeNs].join(' '));
  }
  return stamps;
}

/**
 * The dumps that a backup would take as they were left by something earlier, although their service has a hook that is to
 * write them. A hook that writes one file of several has done its work; what its others are is not known. Pure.
 */
export function unwrittenDumps(
  plan: BackupPlan,
  dumps: readonly PlacedDump[],
  before: ReadonlyMap<string, Stamp>,
  after: ReadonlyMap<string, Stamp>,
): string[] {
  const hooked = new Set(
    plan.services.filter(({ backupPre }) => backupPre !== undefined).map((entry) => entry.service),
  );
  return [...Map.groupBy(dumps, ({ service }) => service)].flatMap(([service, own]) => {
    if (!hooked.has(service)) return [];
    const paths = own.map(({ hostPath }) => hostPath).filter((path) => after.has(path));
    return paths.some((path) => before.get(path) !== after.get(path)) ? [] : paths;
  });
}

/** Takes back that these dumps count: however whole, they do not show the data as it was when it was to be saved. */
export function disown(
  report: SnapshotReport,
  unwritten: readonly string[],
  volumes: readonly PlacedVolume[],
): SnapshotReport {
  const stale = new Set(unwritten.map((path) => readablePath(path, volumes)));
  return {
    ...report,
    dumps: report.dumps.map((dump) =>
      dump.parses && stale.has(dump.path)
        ? { ...dump, parses: false, stale: true, detail: 'the hook did not write it: it is from before this backup' }
        : dump,
    ),
  };
}
