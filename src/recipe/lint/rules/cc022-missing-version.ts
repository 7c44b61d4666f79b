import { usesObject } from '../../names.ts';
import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const missingVersion: LintRule = {
  id: 'CC022',
  severity: 'error',
  needs: 'stack',
  title: 'secrets and configs have versions',
  fix: 'add the version variable: of a secret to .env.sample, of a config to abra.sh',
  check: (context) => {
    const objects = [
      ...Object.entries(context.own.secrets).map(([id, { name }]) => ['secret', id, name] as const),
      ...Object.entries(context.own.configs).map(([id, { name }]) => ['config', id, name] as const),
    ];
    return objects
      .filter(([kind, id, name]) => name?.endsWith('_') === true && usesObject(context.own, kind, id))
      .map(([kind, id, name]) => ({
        message: `the ${kind} ${id} is named ${name}: its version variable is empty`,
        place: placeOf(context, `${kind}s`, id, 'name'),
      }));
  },
};
