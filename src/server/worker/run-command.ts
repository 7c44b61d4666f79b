import { formatBounds } from '../../config/bounds.ts';
import type { StatePaths } from '../../config/paths.ts';
import type { ConfigPaths, WorkerSettings } from '../../config/server.ts';
import { appDomain } from '../../queue/app-domain.ts';
import type { NewRequest } from '../../queue/types.ts';
import { DEFAULT_BRANCH } from '../../recipe/git/mirror.ts';

export interface RunCommand {
  readonly mirror: string;
  readonly runId: string;
  readonly request: NewRequest;
  readonly domainSuffix: string;
  /** Somebody trusted has allowed what this very commit needs. */
  readonly approved: boolean;
  /** Seconds after which the run ends itself. */
  readonly deadlineSeconds: number;
}

/** The arguments of `cc-ci` for a request: the exact commit, at this worker's domain, and only what may run unasked. */
export function runArguments(command: RunCommand): readonly string[] {
  const { mirror, runId, request, domainSuffix, approved, deadlineSeconds } = command;
  const { sha, options, recipe, pullRequest } = request;
  return [
    'test',
    `--ref=${sha}`,
    `--run-id=${runId}`,
    `--domain=${appDomain(recipe, pullRequest, domainSuffix)}`,
    ...(options.tiers === 'all' ? [] : [`--tiers=${options.tiers.join(',')}`]),
    ...(options.base === undefined ? [] : [`--base=${options.base}`]),
    '--require-approval',
    `--trusted=${DEFAULT_BRANCH}`,
    ...(approved ? [`--approved=${sha}`] : []),
    '--wait-for-room=30m',
    `--deadline=${deadlineSeconds}`,
    '--json',
    '--',
    mirror,
  ];
}

/** What a run may know of our environment: nothing that opens the database or a forge. */
const PASSED_ON =
  /^(PATH|HOME|TMPDIR|LANG|LC_\w+|TZ|XDG_\w+|DOCKER_HOST|CC_CI_(TRAEFIK|SERVICE_MEMORY|BOUNDS)|SSL_CERT_\w+|\w+_(PROXY|proxy))$/;

export function runEnvironment(
  paths: StatePaths,
  config: ConfigPaths,
  { domainSuffix, bounds }: Pick<WorkerSettings, 'domainSuffix' | 'bounds'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && PASSED_ON.test(name)) passed[name] = value;
  }
  return {
    ...passed,
    CC_CI_STATE: paths.state,
    CC_CI_HOST_LOCKS: paths.hostLocks,
    CC_CI_RECIPES: config.recipes,
    CC_CI_DOMAIN: domainSuffix,
    // The later of two holds.
    CC_CI_BOUNDS: [passed['CC_CI_BOUNDS'] ?? '', formatBounds(bounds)].join(','),
  };
}
