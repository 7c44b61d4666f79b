import type { CodedError } from '../base/errors.ts';
import type { Stack } from '../recipe/compose/types.ts';
import { writtenPaths } from './hook-targets.ts';
import { labelError, type ServiceLabels } from './label-reader.ts';
import { pathBelow } from './label-values.ts';
import type { BackupVolume, PlannedDump } from './types.ts';

const DUMP_NAME = /\.(?:sql|dump|pgdump|pg_dump|rdb|bak|archive|tar|tgz|gz|zst)$/i;

/**
 * Finds the dump files that the labels promise, and the promises that cannot be kept: a dump written outside every volume
 * stays in the container's own layer and is never part of a snapshot.
 */
export function findDumps(
  stack: Stack,
  covered: readonly BackupVolume[],
  labels: readonly ServiceLabels[],
): { dumps: PlannedDump[]; problems: CodedError[] } {
  const problems: CodedError[] = [];
  const dumps = new Map<string, PlannedDump>();
  const add = (dump: PlannedDump) => dumps.set(`${dump.volume}/${dump.path}`, dump);

  for (const { service, hooks, included, containerPaths } of labels) {
    for (const entry of included) {
      const volume = covered.find((candidate) => candidate.volume === entry.volume);
      for (const path of entry.paths) {
        if (volume === undefined || path === '') continue;
        if (hooks.backupPre !== undefined || DUMP_NAME.test(path)) {
          add({ service, volume: entry.volume, path, source: 'label' });
        }
      }
    }

    for (const path of containerPaths) {
      const place = locate(stack, service, path);
      if (place === undefined) {
        if (!holdsMount(stack, service, path)) {
          problems.push(outside(service, 'backupbot.backup.path', `${path} lies in no volume of ${service}`));
        }
      } else if (place.path !== '' && DUMP_NAME.test(place.path)) {
        add({ service, ...place, source: 'label' });
      }
    }

    if (hooks.backupPre === undefined) continue;
    const written = writtenPaths(hooks.backupPre);
    const places = written.map((path) => ({ path, place: locate(stack, service, path) }));
    if (places.length > 0 && places.every(({ place }) => place === undefined)) {
      const sentence = `the backup hook of ${service} writes ${written.join(', ')}, which lies in no volume`;
      problems.push(outside(service, 'backupbot.backup.pre-hook', sentence));
    }
    for (const { path, place } of places) {
      if (place === undefined || place.path === '') continue;
      if (isCovered(covered, place)) add({ service, ...place, source: 'hook' });
      else problems.push(notCovered(service, path, place.volume));
    }
  }
  return { dumps: [...dumps.values()], problems };
}

function outside(service: string, label: string, sentence: string): CodedError {
  return labelError(
    'E_DUMP_OUTSIDE_VOLUME',
    service,
    label,
    `${sentence}: it is never part of a backup`,
    'write the dump into a mounted volume and name it with backupbot.backup.volumes.<volume>.path',
  );
}

function notCovered(service: string, path: string, volume: string): CodedError {
  return labelError(
    'E_DUMP_NOT_COVERED',
    service,
    'backupbot.backup.pre-hook',
    `the backup hook of ${service} writes ${path}, which the labels leave out of the backup`,
    `add it to backupbot.backup.volumes.${volume}.path`,
  );
}

/** The named volume and the path in it of an absolute path in a service's container; the innermost mount wins. */
function locate(stack: Stack, service: string, path: string): { volume: string; path: string } | undefined {
  let best: { volume: string | undefined; path: string } | undefined;
  for (const mount of stack.services[service]?.volumes ?? []) {
    const below = mount.target === undefined ? undefined : pathBelow(path, mount.target);
    if (below === undefined || (best !== undefined && best.path.length <= below.length)) continue;
    best = { volume: mount.type === 'volume' ? mount.source : undefined, path: below };
  }
  return best?.volume === undefined ? undefined : { volume: best.volume, path: best.path };
}

function holdsMount(stack: Stack, service: string, path: string): boolean {
  return (stack.services[service]?.volumes ?? []).some(
    (mount) => mount.type === 'volume' && mount.target !== undefined && pathBelow(mount.target, path) !== undefined,
  );
}

function isCovered(covered: readonly BackupVolume[], place: { volume: string; path: string }): boolean {
  const volume = covered.find((candidate) => candidate.volume === place.volume);
  if (volume === undefined) return false;
  return volume.paths === undefined || volume.paths.some((path) => pathBelow(place.path, path) !== undefined);
}
