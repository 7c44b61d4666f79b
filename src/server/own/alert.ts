import { codeBlock } from '../../forge/report/markdown.ts';
import type { Forge, RepositoryName } from '../../forge/types.ts';

export interface Alert {
  readonly forge: Forge;
  readonly repository: RepositoryName;
  /** Who we are there: only what we wrote ourselves is ours to change. */
  readonly login: string;
  readonly branch: string;
  readonly sha: string;
  readonly logUrl: string;
}

/** Makes sure that people know of a red branch: one issue is open for it as long as it is red. */
export async function alertRed(alert: Alert, sentence: string, lastLines: readonly string[]): Promise<void> {
  const { forge, repository, branch, sha, logUrl } = alert;
  if ((await findAlert(alert)) !== undefined) return;
  const lines = lastLines.length === 0 ? [] : ['', codeBlock(lastLines)];
  const text = [`\`${branch}\` is red since ${sha}: [log](${logUrl}).`, '', codeBlock([sentence]), ...lines];
  const end = ['', 'This issue is closed by a green commit.', marker(branch)];
  const title = `${branch} is red at ${sha.slice(0, 12)}`;
  await forge.openIssue(repository, { title, body: [...text, ...end].join('\n') });
}

/** Ends the alert of a branch that is green again. */
export async function endAlert(alert: Alert): Promise<void> {
  const { forge, repository, branch, sha, logUrl } = alert;
  const found = await findAlert(alert);
  if (found === undefined) return;
  await forge.createComment(repository, found.number, `\`${branch}\` is green again at ${sha}: [log](${logUrl}).`);
  await forge.closeIssue(repository, found.number);
}

async function findAlert({ forge, repository, login, branch }: Alert) {
  const issues = await forge.openIssues(repository, login);
  return issues.find(({ body }) => body.includes(marker(branch)));
}

function marker(branch: string): string {
  return `<!-- cc-ci: ${branch} is red -->`;
}
