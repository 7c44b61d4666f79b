import { CodedError } from '../base/errors.ts';
import { append } from '../base/lists.ts';
import type { Service } from '../recipe/compose/types.ts';
import { normaliseRelative, readPathList, readSwitch } from './label-values.ts';
import type { BackupService } from './types.ts';

/** What the `backupbot.*` labels of one service say, not yet held against the volumes of the stack. */
export interface ServiceLabels {
  readonly service: string;
  /** The service switches the backup of its stack on. */
  readonly enabled: boolean;
  readonly hooks: BackupService;
  readonly excluded: readonly { readonly volume: string; readonly label: string }[];
  readonly included: readonly { readonly volume: string; readonly label: string; readonly paths: readonly string[] }[];
  /** v1: absolute paths inside the container. They restrict nothing, but say where data is expected. */
  readonly containerPaths: readonly string[];
  readonly problems: readonly CodedError[];
  readonly warnings: readonly CodedError[];
}

const HOOKS: Readonly<Record<string, 'backupPre' | 'backupPost' | 'restorePre' | 'restorePost'>> = {
  'backupbot.backup.pre-hook': 'backupPre',
  'backupbot.backup.post-hook': 'backupPost',
  'backupbot.restore.pre-hook': 'restorePre',
  'backupbot.restore.post-hook': 'restorePost',
};

/** Makes the error of a label: the recipe's fault, with the key under which it stands. */
export function labelError(code: string, service: string, label: string, message: string, hint: string): CodedError {
  return new CodedError({
    code,
    message,
    fault: 'recipe',
    where: { key: `services.${service}.deploy.labels.${label}` },
    hint,
  });
}

/** Reads the labels of one service: generation 2 as backup-bot-two documents it, and what is left of generation 1. */
export function readServiceLabels(service: string, definition: Service): ServiceLabels {
  const problems: CodedError[] = [];
  const warnings: CodedError[] = [];
  const excluded: { volume: string; label: string }[] = [];
  const included: { volume: string; label: string; paths: string[] }[] = [];
  const containerPaths: string[] = [];
  const commands: Partial<Record<'backupPre' | 'backupPost' | 'restorePre' | 'restorePost', string>> = {};
  let enabled = false;
  let generation: 'v1' | 'v2' = 'v2';

  const toSwitch = (label: string, value: string): boolean => {
    const on = readSwitch(value);
    if (on === undefined) {
      warnings.push(
        labelError(
          'E_BACKUP_SWITCH',
          service,
          label,
          `${label} is "${value}", which is neither true nor false; it counts as true`,
          'write true or false',
        ),
      );
    }
    return on ?? true;
  };

  for (const [label, value] of Object.entries(definition.deploy?.labels ?? {})) {
    if (!label.startsWith('backupbot.')) continue;
    const hook = HOOKS[label];
    const current = /^backupbot\.backup\.volumes\.(?<volume>.+?)(?<path>\.path)?$/.exec(label)?.groups;
    const old = /^backupbot\.volumes\.(?<volume>.+)$/.exec(label)?.groups;
    if (label === 'backupbot.backup') {
      enabled = toSwitch(label, value);
    } else if (hook !== undefined) {
      if (value.trim() !== '') commands[hook] = value;
    } else if (current?.['volume'] !== undefined && current['path'] !== undefined) {
      const paths: string[] = [];
      for (const path of readPathList(value)) {
        const inside = normaliseRelative(path);
        if (inside === undefined) {
          problems.push(
            labelError(
              'E_BACKUP_PATH_OUTSIDE',
              service,
              label,
              `the path ${path} leaves its volume`,
              'paths are relative to the root of the volume',
            ),
          );
        } else {
          paths.push(inside);
        }
      }
      included.push({ volume: current['volume'], label, paths });
    } else if (current?.['volume'] !== undefined) {
      if (!toSwitch(label, value)) excluded.push({ volume: current['volume'], label });
    } else if (old?.['volume'] !== undefined) {
      generation = 'v1';
      if (!toSwitch(label, value)) excluded.push({ volume: old['volume'], label });
    } else if (label === 'backupbot.backup.path') {
      generation = 'v1';
      append(containerPaths, readPathList(value));
    } else if (label === 'backupbot.restore') {
      generation = 'v1';
    } else {
      if (label === 'backupbot.backup.command') generation = 'v1';
      warnings.push(
        labelError(
          'E_BACKUP_LABEL_UNREAD',
          service,
          label,
          `backup-bot-two does not read ${label}`,
          label === 'backupbot.backup.command'
            ? 'write the dump into a volume with backupbot.backup.pre-hook'
            : 'check its spelling against the documentation of backup-bot-two',
        ),
      );
    }
  }

  for (const label of Object.keys(definition.labels ?? {})) {
    if (!label.startsWith('backupbot.')) continue;
    warnings.push(
      labelError(
        'E_BACKUP_LABEL_PLACE',
        service,
        label,
        `${label} is a label of the container; backup-bot-two reads those of the service`,
        'move it below deploy.labels',
      ),
    );
  }

  const hooks: BackupService = {
    service,
    generation,
    backupPre: commands.backupPre,
    backupPost: commands.backupPost,
    restorePre: commands.restorePre,
    restorePost: commands.restorePost,
  };
  return { service, enabled, hooks, excluded, included, containerPaths, problems, warnings };
}
