import type { LintRule } from '../types.ts';
import { versionLabel } from '../version-label.ts';

export const versionBump: LintRule = {
  id: 'CC010',
  severity: 'warn',
  needs: 'stack',
  title: 'a change after a release has a new version',
  fix: 'raise the version label: this version is released already, from another commit',
  check: (context) => {
    const label = versionLabel(context);
    if (label === undefined || context.recipe.commit === undefined) {
      return { skipped: 'needs a commit and a version label' };
    }
    const released = context.recipe.tags.find(({ version }) => version.text === label.value);
    if (released === undefined || released.commit === context.recipe.commit) return [];
    const commit = released.commit.slice(0, 8);
    return [{ message: `${label.value} is the release of commit ${commit}, not of this one`, place: label.place }];
  },
};
