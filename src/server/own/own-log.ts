import { constants } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StatePaths } from '../../config/paths.ts';
import { type Answer, plain } from '../../web/answer.ts';

/** Where the log of a commit of our own repository lies. */
export function ownLog(paths: Pick<StatePaths, 'state'>, sha: string): string {
  return join(paths.state, 'own', 'logs', `${sha}.log`);
}

/** Removes the logs that nothing was written to since then, in milliseconds of `Date.now()`. */
export async function forgetOwnLogs(paths: Pick<StatePaths, 'state'>, beforeMs: number): Promise<void> {
  const directory = dirname(ownLog(paths, ''));
  for (const name of await readdir(directory).catch((): string[] => [])) {
    const file = join(directory, name);
    if ((await stat(file)).mtimeMs < beforeMs) await rm(file, { force: true });
  }
}

/** Answers `/own/<commit>` with the log of its test, as far as that has come. */
export async function answerOwnLog(paths: StatePaths, path: readonly string[]): Promise<Answer> {
  const [, sha = '', ...rest] = path;
  const missing = plain(404, 'there is no such commit of our own');
  if (!/^[0-9a-f]{40}$/.test(sha) || rest.length > 0) return missing;
  const file = await open(ownLog(paths, sha), constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  return file === undefined ? missing : { status: 200, body: file };
}
