import { relative } from 'node:path';
import { readInside } from '../../inside.ts';
import { inSample } from '../look.ts';
import type { LintRule } from '../types.ts';

export const unusedSetting: LintRule = {
  id: 'CC015',
  severity: 'warn',
  needs: 'files',
  title: 'settings of .env.sample are used',
  fix: 'drop the line, or use the variable',
  check: async (context) => {
    const { recipe, documents } = context;
    const files = new Set(Object.values(context.all.configs).flatMap(({ file }) => (file === undefined ? [] : [file])));
    const texts = await Promise.all(
      [...recipe.composeFiles, 'abra.sh', ...[...files].map((file) => relative(recipe.dir, file))].map((file) =>
        readInside(recipe.dir, file),
      ),
    );
    if (documents.length === 0 || (texts.includes(undefined) && files.size > 0)) {
      return { skipped: 'not every file that could use a setting is there to be read' };
    }
    const words = new Set(texts.join('\n').match(/[A-Z][A-Z0-9_]*/g));
    return recipe.sample.entries
      .filter(({ key }) => !words.has(key) && !FOR_ABRA.has(key))
      .map(({ key, line }) => ({ message: `${key} is set but used nowhere`, place: inSample(line) }));
  },
};

/** Read by abra itself. */
const FOR_ABRA = new Set([
  'TYPE',
  'RECIPE',
  'DOMAIN',
  'LETS_ENCRYPT_ENV',
  'COMPOSE_FILE',
  'STACK_NAME',
  'TIMEOUT',
  'ENABLE_BACKUPS',
  'ENABLE_AUTO_UPDATE',
  'POST_DEPLOY_CMDS',
  'POST_UPGRADE_CMDS',
  'POST_UNDEPLOY_CMDS',
]);
