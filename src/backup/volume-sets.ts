import type { AppData } from './app-data.ts';
import type { BackupPlan, BackupVolume } from './types.ts';

/** A volume of the plan with its directory on this host. */
export interface PlacedVolume extends BackupVolume {
  readonly root: string;
}

/** Finds the directories of all volumes that are backed up. */
export async function placeVolumes(data: AppData, plan: BackupPlan): Promise<PlacedVolume[]> {
  return await Promise.all(
    plan.volumes.map(async (volume) => ({ ...volume, root: await data.volumePath(volume.volume) })),
  );
}

/** The absolute paths of a volume that are backed up: its root, or what the labels restrict it to. */
export function coveredPaths(volume: PlacedVolume): string[] {
  return volume.paths === undefined ? [volume.root] : volume.paths.map((path) => `${volume.root}/${path}`);
}

/**
 * Volumes of which only dumps are backed up are restored into the running app, which then reads them by its hook. All
 * others are plain: their files are the data, so nothing may run on them while they are replaced.
 */
export function isDumpVolume(plan: BackupPlan, volume: BackupVolume): boolean {
  const dumps = (plan.dumps ?? []).filter((dump) => dump.volume === volume.volume).map((dump) => dump.path);
  return volume.paths !== undefined && volume.paths.every((path) => dumps.includes(path));
}

/** The services that mount any of the volumes, once each. */
export function mountingServices(volumes: readonly BackupVolume[]): string[] {
  return [...new Set(volumes.flatMap((volume) => volume.mountedBy.map((mount) => mount.service)))];
}

/** `volume:/path` for people, instead of the directory of the host. */
export function readablePath(path: string, volumes: readonly PlacedVolume[]): string {
  const volume = volumes.find(({ root }) => path === root || path.startsWith(`${root}/`));
  return volume === undefined ? path : `${volume.volume}:/${path.slice(volume.root.length + 1)}`;
}
