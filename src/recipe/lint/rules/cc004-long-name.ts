import { findLongNames } from '../../names.ts';
import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const longName: LintRule = {
  id: 'CC004',
  severity: 'error',
  needs: 'stack',
  title: 'names fit into 64 characters',
  fix: 'shorten the id or the version: secret and config names are cut by nobody and refused beyond 64',
  check: (context) =>
    findLongNames(context.all, context.stackName).map(({ kind, id, name, limit }) => ({
      message: `${name} has ${name.length} characters; the Engine takes ${limit}`,
      place: placeOf(context, `${kind}s`, id),
    })),
};
