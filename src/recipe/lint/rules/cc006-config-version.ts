import { relative } from 'node:path';
import { readInside } from '../../inside.ts';
import { nameInSwarm } from '../../names.ts';
import { placeOf } from '../look.ts';
import type { LintRule, Violation } from '../types.ts';

export const configVersion: LintRule = {
  id: 'CC006',
  severity: 'error',
  needs: 'stack',
  title: 'a changed config has a new version',
  fix: 'raise the version of the config in abra.sh',
  check: async (context) => {
    const { base } = context;
    if (base === undefined) return { skipped: 'needs the version before; give it with --base' };
    const violations: Violation[] = [];
    for (const [id, config] of Object.entries(context.all.configs)) {
      const before = base.all.configs[id];
      if (config.file === undefined || before?.file === undefined) continue;
      if (nameInSwarm(id, config, context.stackName) !== nameInSwarm(id, before, context.stackName)) continue;
      const [now, then] = await Promise.all([
        readInside(context.recipe.dir, relative(context.recipe.dir, config.file)),
        readInside(base.recipe.dir, relative(base.recipe.dir, before.file)),
      ]);
      if (now === undefined || then === undefined || now === then) continue;
      const file = relative(context.recipe.dir, config.file);
      const message = `${file} has changed, but the config ${id} keeps its name ${config.name ?? id}`;
      violations.push({ message, place: placeOf(context, 'configs', id, 'name') });
    }
    return violations;
  },
};
