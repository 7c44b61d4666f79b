import type { LintRule } from '../types.ts';

export const restoreHook: LintRule = {
  id: 'CC008',
  severity: 'warn',
  needs: 'stack',
  title: 'a backup hook has a restore hook',
  fix: 'add backupbot.restore.post-hook, which reads what the backup hook wrote',
  check: ({ labels }) =>
    labels
      .filter(({ key }) => BACKUP_HOOKS.has(key))
      .filter(({ service }) => !labels.some((each) => each.service === service && RESTORE_HOOK.test(each.key)))
      .map(({ service, key, place }) => ({ message: `${service} has ${key} but no restore hook`, place })),
};

const BACKUP_HOOKS = new Set(['backupbot.backup.pre-hook', 'backupbot.backup.command']);
const RESTORE_HOOK = /^backupbot\.restore\.(pre|post)-hook$/;
