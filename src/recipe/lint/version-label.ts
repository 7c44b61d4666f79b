import type { LabelLine, LintContext } from './types.ts';

/** The label `coop-cloud.<stack>.version` on `app`, where abra looks for it. */
export function versionLabel(context: LintContext): LabelLine | undefined {
  const key = `coop-cloud.${context.stackName}.version`;
  return context.labels.findLast((label) => label.service === 'app' && label.key === key);
}
