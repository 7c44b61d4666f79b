import type { CodedError } from '../base/errors.ts';
import type { Stack, Volume } from '../recipe/compose/types.ts';
import { findDumps } from './dump-plan.ts';
import { labelError, readServiceLabels, type ServiceLabels } from './label-reader.ts';
import type { BackupPlan, BackupVolume } from './types.ts';

/**
 * Reads what the `backupbot.*` labels of a resolved stack ask for.
 *
 * As backup-bot-two does: one service with `backupbot.backup` on is enough, then all volumes of the stack are taken whole,
 * less those that are switched off, and restricted to paths where a label says so; hooks of every service are run.
 * Volumes that are external or stand for something on the host belong to somebody else and are left alone.
 */
export function readBackupPlan(stack: Stack, stackName: string): BackupPlan {
  const labels = Object.entries(stack.services).map(([name, service]) => readServiceLabels(name, service));
  if (!labels.some((service) => service.enabled)) {
    return { capable: false, services: [], volumes: [], uncovered: [], problems: [], warnings: [], dumps: [] };
  }
  const all = stackVolumes(stack, stackName);
  const { volumes, uncovered } = cover(all, labels);
  const { dumps, problems: dumpProblems } = findDumps(stack, volumes, labels);
  const volumeWarnings: CodedError[] = [];
  const volumeProblems = unknownVolumes(stack, labels, volumeWarnings);
  return {
    capable: true,
    services: labels
      .map((service) => service.hooks)
      .filter((hooks) => hooks.backupPre ?? hooks.backupPost ?? hooks.restorePre ?? hooks.restorePost),
    volumes,
    uncovered: [
      ...uncovered,
      ...Object.entries(stack.volumes).flatMap(([volume, definition]) => {
        const reason = foreign(definition);
        return reason === undefined ? [] : [{ volume, reason }];
      }),
    ],
    problems: [...labels.flatMap((service) => service.problems), ...volumeProblems, ...dumpProblems],
    warnings: [...labels.flatMap((service) => service.warnings), ...volumeWarnings, ...lonelyHooks(labels)],
    dumps,
  };
}

/** Why a volume is none of the run's data: it must neither carry anything of ours nor ever be emptied. */
function foreign({ external, driver_opts: options }: Volume): string | undefined {
  if (external !== undefined && external !== false) return 'it is external: it belongs to somebody else';
  if (options?.['type'] === 'tmpfs') return 'it is kept in memory';
  if (options?.['device'] !== undefined) return `it stands for ${options['device']}, which is not the stack's own`;
  return undefined;
}

/** The named volumes that are the stack's own, whole, in the order of the stack file. */
export function stackVolumes(stack: Stack, stackName: string): BackupVolume[] {
  return Object.entries(stack.volumes)
    .filter(([, definition]) => foreign(definition) === undefined)
    .map(([key, definition]) => ({
      volume: key,
      name: definition.name ?? `${stackName}_${key}`,
      paths: undefined,
      mountedBy: Object.entries(stack.services).flatMap(([service, { volumes }]) =>
        (volumes ?? [])
          .filter((mount) => mount.type === 'volume' && mount.source === key && mount.target !== undefined)
          .map((mount) => ({ service, target: mount.target ?? '' })),
      ),
    }))
    .filter((volume) => volume.mountedBy.length > 0);
}

function cover(
  all: readonly BackupVolume[],
  labels: readonly ServiceLabels[],
): { volumes: BackupVolume[]; uncovered: { volume: string; reason: string }[] } {
  const volumes: BackupVolume[] = [];
  const uncovered: { volume: string; reason: string }[] = [];
  for (const volume of all) {
    const excluded = labels.flatMap((service) => service.excluded).find((entry) => entry.volume === volume.volume);
    if (excluded !== undefined) {
      uncovered.push({ volume: volume.volume, reason: `the label ${excluded.label} switches it off` });
      continue;
    }
    const included = labels.flatMap((service) => service.included).filter((entry) => entry.volume === volume.volume);
    const paths = [...new Set(included.flatMap((entry) => entry.paths))];
    // The root as a path is the whole volume.
    const whole = included.length === 0 || paths.includes('');
    volumes.push({ ...volume, paths: whole ? undefined : paths });
    if (!whole) {
      uncovered.push({ volume: volume.volume, reason: `only ${paths.join(', ') || 'nothing'} of it is backed up` });
    }
  }
  return { volumes, uncovered };
}

function unknownVolumes(stack: Stack, labels: readonly ServiceLabels[], warnings: CodedError[]): CodedError[] {
  const unknown = (volume: string) => stack.volumes[volume] === undefined;
  const make = (service: string, label: string, volume: string) =>
    labelError(
      'E_BACKUP_UNKNOWN_VOLUME',
      service,
      label,
      `the stack has no volume "${volume}"`,
      `its volumes are ${Object.keys(stack.volumes).join(', ') || 'none'}; the name is written without the stack's prefix`,
    );
  const problems: CodedError[] = [];
  for (const { service, excluded, included } of labels) {
    // Switching off what does not exist loses nothing; restricting it means that the volume that was meant is taken whole.
    for (const entry of excluded) if (unknown(entry.volume)) warnings.push(make(service, entry.label, entry.volume));
    for (const entry of included) if (unknown(entry.volume)) problems.push(make(service, entry.label, entry.volume));
  }
  return problems;
}

function lonelyHooks(labels: readonly ServiceLabels[]): CodedError[] {
  return labels.flatMap(({ service, hooks }) => {
    if (hooks.backupPre !== undefined && hooks.restorePost === undefined && hooks.restorePre === undefined) {
      return [
        labelError(
          'E_RESTORE_HOOK_MISSING',
          service,
          'backupbot.backup.pre-hook',
          `${service} prepares its backup by a hook, and no restore hook takes it back in`,
          'add backupbot.restore.post-hook, unless the files alone are enough',
        ),
      ];
    }
    if (hooks.restorePost !== undefined && hooks.backupPre === undefined) {
      return [
        labelError(
          'E_BACKUP_HOOK_MISSING',
          service,
          'backupbot.restore.post-hook',
          `${service} restores by a hook, and no backup hook makes what it reads`,
          'add backupbot.backup.pre-hook',
        ),
      ];
    }
    return [];
  });
}
