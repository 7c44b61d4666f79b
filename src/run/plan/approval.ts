import { CodedError, formatWhere } from '../../base/errors.ts';
import { countOf } from '../../base/text.ts';
import type { DiscoveredTests } from '../../custom/types.ts';
import { type LabelReach, labelReach } from '../../edge/claims/reach.ts';
import { type Reach, stackReach } from '../../recipe/approval/stack-reach.ts';
import type { NeedsApproval } from '../../recipe/approval/types.ts';
import { rawDocuments } from '../../recipe/compose/load.ts';
import { findTree, type GitRepository } from '../../recipe/git/repository.ts';
import type { App } from '../../recipe/types.ts';
import type { RunRequest } from '../types.ts';

/** What may run of a commit that somebody untrusted may have written. */
export interface ApprovalRule {
  /** The full id of the commit that was approved. */
  readonly approved: string | undefined;
  /** A commit or branch of trusted people: tests that are the same there need no approval. */
  readonly trusted: string | undefined;
}

type Judged = Pick<App, 'stack' | 'composeFiles'> & {
  readonly choice: Pick<App['choice'], 'stackName' | 'domain'>;
  readonly recipe: Pick<App['recipe'], 'dir'>;
};

export interface ApprovalQuestion {
  readonly apps: readonly Judged[];
  readonly proxyNetwork: string;
  /** Whether a Traefik of the operator's follows the labels, rather than the built-in router. */
  readonly foreignProxy: boolean;
  readonly tests: DiscoveredTests;
  readonly repository: GitRepository;
  readonly commit: string;
  readonly dirty: boolean;
  /** Ids that whoever runs cc-ci allows for this recipe. */
  readonly allow: readonly string[];
  readonly request: Pick<RunRequest, 'approval' | 'tiers'>;
}

const TESTS = 'tests';

/** A run that was not begun: its commit has to be approved first. Carries what was found. */
export class NeedsApprovalError extends CodedError {
  readonly commit: string;
  readonly findings: readonly NeedsApproval[];

  constructor(commit: string, findings: readonly NeedsApproval[]) {
    super({
      code: 'E_NEEDS_APPROVAL',
      message: `${countOf(findings.length, 'thing')} of commit ${commit} ${findings.length === 1 ? 'needs' : 'need'} approval; nothing was touched`,
      fault: 'recipe',
      hint: `allow it with \`--approved ${commit}\`, or for every commit with \`allow\` in recipe.yaml`,
      evidence: findings.map((finding) => `${formatWhere(finding)}: ${finding.sentence}`),
    });
    this.commit = commit;
    this.findings = findings;
  }
}

/**
 * What head and base reach beyond their stack, and tests that nobody trusted has merged. Where the request asks for approvals
 * and this commit has none, that is `NeedsApprovalError`: approvals are of a whole commit, and of no other.
 */
export async function judgeApproval(question: ApprovalQuestion): Promise<readonly NeedsApproval[]> {
  const { apps, allow, request, commit, dirty } = question;
  const reach = await Promise.all(
    apps.map(async ({ stack, choice, composeFiles, recipe }) =>
      stackReach(
        stack,
        { stackName: choice.stackName, proxyNetwork: question.proxyNetwork },
        await rawDocuments({ files: composeFiles, root: recipe.dir }),
        labelReach(stack, { ...choice, foreignProxy: question.foreignProxy }).map(reachOfLabel),
      ),
    ),
  );
  const all = [...reach.flat(), ...(await newTests(question))];
  const shown = [...new Map(all.map((finding) => [finding.id, finding])).values()].filter(
    ({ id }) => !allow.includes(id),
  );
  // Where anything is asked for, all of the commit is shown: the approval is of all of it, also for a run of other tiers.
  const runsTests = request.tiers.includes('functional');
  const found = shown.some(({ id }) => id !== TESTS || runsTests) ? shown : [];
  const approved = request.approval?.approved === commit && !dirty;
  if (request.approval !== undefined && found.length > 0 && !approved) throw new NeedsApprovalError(commit, found);
  return found;
}

function reachOfLabel({ service, label, value, sentence }: LabelReach): Reach {
  return { path: ['services', service, 'deploy', 'labels', label], service, value, sentence: `${service} ${sentence}` };
}

/** The recipe's own tests, unless they are the very ones of a trusted commit. */
async function newTests(question: ApprovalQuestion): Promise<NeedsApproval[]> {
  const { tests, repository, commit, dirty, request } = question;
  if (tests.source !== 'recipe') return [];
  const trusted = request.approval?.trusted;
  const [ours, theirs] = await Promise.all([
    dirty ? undefined : findTree(repository, commit, 'tests'),
    trusted === undefined ? undefined : findTree(repository, trusted, 'tests'),
  ]);
  if (ours !== undefined && ours === theirs) return [];
  const sentence = 'tests/ is not that of the default branch: its programs run beside the app, in the sandbox';
  return [{ id: TESTS, file: 'tests', line: undefined, service: undefined, key: 'tests', sentence }];
}
