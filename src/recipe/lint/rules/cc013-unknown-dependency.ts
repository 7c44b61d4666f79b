import { placeOfItem } from '../look.ts';
import type { LintRule } from '../types.ts';

export const unknownDependency: LintRule = {
  id: 'CC013',
  severity: 'warn',
  needs: 'stack',
  title: 'depends_on names services that exist',
  fix: 'correct the name, or move the line into the overlay that has the service',
  check: (context) =>
    Object.entries(context.all.services).flatMap(([service, { depends_on: names }]) =>
      (names ?? [])
        .filter((name) => context.all.services[name] === undefined)
        .map((name) => ({
          message: `${service} depends on ${name}, which does not exist`,
          place: placeOfItem(context, ['services', service, 'depends_on'], (item) => item === name),
        })),
    ),
};
