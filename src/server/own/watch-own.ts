import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import type { Masker } from '../../base/mask.ts';
import type { StatePaths } from '../../config/paths.ts';
import { secretFilePath } from '../../config/secret-file.ts';
import type { ConfigPaths, OwnRepository, ServerSettings } from '../../config/server.ts';
import type { CommitStatus } from '../../forge/types.ts';
import { fetchBranches } from '../../recipe/git/mirror.ts';
import { oneLine, shorten } from '../../results/plain-text.ts';
import type { WatchedForge } from '../forges.ts';
import { type Loop, startLoop } from '../loop.ts';
import { alertRed, endAlert } from './alert.ts';
import { ownLog } from './own-log.ts';
import { type CommitVerdict, testCommit } from './test-commit.ts';

export interface WatchOwnOptions {
  readonly own: OwnRepository;
  readonly watched: WatchedForge;
  readonly settings: ServerSettings;
  readonly config: ConfigPaths;
  readonly paths: StatePaths;
  readonly log: (line: string) => void;
  readonly masker: Masker;
}

export const OWN_CONTEXT = 'cc-ci/own';
/** Some forges keep no more of a status than a line of this length. */
const DESCRIPTION_LENGTH = 140;

/**
 * Watches the repository that the server comes from: the head of each of its branches is tested once, told by a status, and a
 * red branch by an issue. What the forge has is the only memory: a test that was cut off by our end left its status
 * pending, and is made again.
 */
export function watchOwn(options: WatchOwnOptions): Loop {
  const { own, settings, log } = options;
  const settled = new Map<string, string>();
  return startLoop({
    name: `our own repository ${own.owner}/${own.name}`,
    everyMs: settings.pollSeconds * 1000,
    log,
    async round(signal) {
      for (const branch of own.branches) {
        if (signal.aborted) return;
        const sha = await options.watched.forge.branchHead(own, branch);
        if (sha === undefined) throw noBranch(own, branch);
        if (settled.get(branch) === sha) continue;
        await settle(options, branch, sha, signal);
        settled.set(branch, sha);
      }
    },
  });
}

/** Has a commit tested unless it was, and people told. */
async function settle(options: WatchOwnOptions, branch: string, sha: string, signal: AbortSignal): Promise<void> {
  const { own, watched, settings, log } = options;
  const { forge, identify } = watched;
  const { login } = await identify();
  const logUrl = `${settings.publicUrl}/own/${sha}`;
  const alert = { forge, repository: own, login, branch, sha, logUrl };
  const say = (state: CommitStatus['state'], description: string) =>
    forge.setStatus(own, sha, {
      state,
      context: OWN_CONTEXT,
      description: shorten(oneLine(description), DESCRIPTION_LENGTH),
      targetUrl: logUrl,
    });
  const before = (await forge.statuses(own, sha)).find(({ context }) => context === OWN_CONTEXT)?.state;
  if (before === 'success') return endAlert(alert);
  if (before === 'failure' || before === 'error') return alertRed(alert, `it ended with ${before}`, []);
  await say('pending', 'running');
  log(`own repository: ${branch} ${sha.slice(0, 12)} is tested`);
  const verdict = await test(options, sha, signal);
  log(`own repository: ${branch} ${sha.slice(0, 12)}: ${verdict.sentence}`);
  await say(verdict.state, verdict.sentence);
  if (verdict.state === 'success') await endAlert(alert);
  else await alertRed(alert, verdict.sentence, verdict.lastLines);
}

async function test(
  { own, settings, config, paths, masker }: WatchOwnOptions,
  sha: string,
  signal: AbortSignal,
): Promise<CommitVerdict> {
  const index = settings.forges.findIndex(({ id }) => id === own.forge);
  const forge = settings.forges[index];
  if (forge === undefined) throw new Error(`there is no forge ${own.forge}`);
  const token = { given: forge.tokenFile, key: `forges.${index}.tokenFile`, configDirectory: config.directory };
  const { gitDir } = await fetchBranches({
    url: `${forge.url}/${encodeURIComponent(own.owner)}/${encodeURIComponent(own.name)}.git`,
    gitDir: join(paths.state, 'own', 'repository.git'),
    tokenFile: await secretFilePath(token),
    signal,
  });
  return testCommit({
    gitDir,
    sha,
    command: own.command,
    user: own.user,
    minutes: own.minutes,
    workDirectory: join(paths.state, 'own', 'work'),
    logFile: ownLog(paths, sha),
    masker,
    signal,
  });
}

function noBranch(own: OwnRepository, branch: string): CodedError {
  return new CodedError({
    code: 'E_OWN_BRANCH',
    message: `${own.owner}/${own.name} has no branch ${branch}`,
    fault: 'usage',
    where: { key: 'own.branches' },
    hint: 'name its branches in server.yaml, and look whether our account may read it',
  });
}
