import { relative } from 'node:path';
import { readInside } from '../../inside.ts';
import { inSample } from '../look.ts';
import type { LintRule } from '../types.ts';

export const unusedSetting: LintRule = {
  id: 'CC015',
  severity: 'warn',
  needs: 'stack',
  title: 'settings of .env.sample are used',
  fix: 'drop the line, or use the variable',
  check: async (context) => {
    const { recipe } = context;
    const configs = Object.values(context.all.configs).flatMap(({ file }) => (file === undefined ? [] : [file]));
    const files = [...recipe.composeFiles, ...configs.map((file) => relative(recipe.dir, file))];
    const texts = await Promise.all(files.map((file) => readInside(recipe.dir, file)));
    const missing = files.find((_, index) => texts[index] === undefined);
    if (missing !== undefined) return { skipped: `${missing} is not there, and it could use any setting` };
    texts.push(recipe.abraSh?.text);
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
