import { parseVersion } from '../../version.ts';
import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';
import { versionLabel } from '../version-label.ts';

export const taggedVersion: LintRule = {
  id: 'CC009',
  severity: 'error',
  needs: 'stack',
  title: 'the version label on app is the tag',
  fix: 'run abra recipe sync, or correct the label coop-cloud.${STACK_NAME}.version',
  check: (context) => {
    const label = versionLabel(context);
    if (label === undefined) {
      const base = { documents: context.documents.slice(0, 1) };
      const place = placeOf(base, 'services', 'app', 'deploy', 'labels');
      return [{ message: 'app has no version label', place }];
    }
    if (parseVersion(label.value) === undefined) {
      return [{ message: `the version label ${JSON.stringify(label.value)} is no recipe version`, place: label.place }];
    }
    const here = context.recipe.tags.filter(({ commit }) => commit === context.recipe.commit);
    if (here.length === 0 || here.some(({ version }) => version.text === label.value)) return [];
    const names = here.map(({ version }) => version.text).join(', ');
    return [{ message: `the commit is tagged ${names}, but the version label is ${label.value}`, place: label.place }];
  },
};
