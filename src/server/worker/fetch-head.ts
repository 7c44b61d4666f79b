import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { CodedError } from '../../base/errors.ts';
import type { StatePaths } from '../../config/paths.ts';
import { secretFilePath } from '../../config/secret-file.ts';
import type { ConfigPaths, ServerSettings } from '../../config/server.ts';
import type { NewRequest } from '../../queue/types.ts';
import { fetchPullRequest } from '../../recipe/git/mirror.ts';
import type { Tables } from '../../store/schema.ts';

export interface FetchParts {
  readonly db: Kysely<Tables>;
  readonly settings: Pick<ServerSettings, 'forges'>;
  readonly config: ConfigPaths;
  readonly paths: Pick<StatePaths, 'state'>;
}

/**
 * Brings the commit of a request into the mirror of its repository, and returns the mirror's path, which a run is started
 * with. Its address is made from the settings and the list of what is enrolled, never from what a forge or a comment says.
 */
export async function fetchHead(
  { db, settings, config, paths }: FetchParts,
  request: Pick<NewRequest, 'forge' | 'repositoryId' | 'recipe' | 'pullRequest' | 'sha'>,
  signal: AbortSignal,
): Promise<string> {
  const index = settings.forges.findIndex(({ id }) => id === request.forge);
  const forge = settings.forges[index];
  const repository = await db
    .selectFrom('repositories')
    .select(['owner', 'name'])
    .where('forge', '=', request.forge)
    .where('repository_id', '=', request.repositoryId)
    .executeTakeFirst();
  if (forge === undefined || repository === undefined) {
    throw new CodedError({
      code: 'E_REPOSITORY_UNKNOWN',
      message: `${request.recipe} is not watched any more`,
      fault: 'usage',
      hint: `the settings of this worker have to name the forge ${request.forge}, too`,
    });
  }
  const gitDir = mirrorOf(paths, request);
  const place = { given: forge.tokenFile, key: `forges.${index}.tokenFile`, configDirectory: config.directory };
  await fetchPullRequest({
    url: `${forge.url}/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}.git`,
    gitDir,
    pullRequest: request.pullRequest,
    sha: request.sha,
    tokenFile: await secretFilePath(place),
    signal,
  });
  return gitDir;
}

/** Where the mirror of a request's repository lies. A run takes the recipe's name from the last part. */
export function mirrorOf(
  paths: Pick<StatePaths, 'state'>,
  { forge, repositoryId, recipe }: Pick<NewRequest, 'forge' | 'repositoryId' | 'recipe'>,
): string {
  return join(paths.state, 'mirrors', `${forge}-${repositoryId}`, `${recipe}.git`);
}
