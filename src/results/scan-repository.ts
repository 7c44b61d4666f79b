import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gitEnvironment } from '../recipe/git/run-git.ts';
import { patternsOf, scanChunks, scanFile } from './leak-scan.ts';

/** What a search of a repository found. */
export interface RepositoryScan {
  /** One line per place, secret and form, as `scanForSecrets` has them. */
  readonly leaks: readonly string[];
  /** False when the history was too long to be read to its end. */
  readonly complete: boolean;
}

const MOST_BYTES = 512 * 1024 * 1024;

/**
 * Looks for secret values in a repository: in git's own files, such as its configuration, and in every object, which is all
 * that was ever committed, names and messages included.
 */
export async function scanRepository(
  gitDir: string,
  secrets: readonly string[],
  options: { readonly mostBytes?: number | undefined } = {},
): Promise<RepositoryScan> {
  const patterns = patternsOf(secrets);
  if (patterns.length === 0) return { leaks: [], complete: true };
  const leaks: string[] = [];
  for (const entry of await readdir(gitDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(gitDir, path);
    // Objects are compressed: they are read by git below.
    if (!entry.isFile() || name.startsWith('objects/')) continue;
    for (const { secret, form } of await scanFile(path, patterns))
      leaks.push(`.git/${name}: secret ${secret} (${form})`);
  }
  const history = readObjects(gitDir, options.mostBytes ?? MOST_BYTES);
  for (const { secret, form } of await scanChunks(history.chunks, patterns)) {
    leaks.push(`git history: secret ${secret} (${form})`);
  }
  return { leaks: [...new Set(leaks)], complete: history.complete() };
}

/** Everything that a repository holds, one object after the other. */
function readObjects(gitDir: string, mostBytes: number) {
  let complete = true;
  async function* chunks(): AsyncGenerator<Buffer> {
    const args = ['cat-file', '--batch', '--batch-all-objects', '--unordered', '--buffer'];
    const env = gitEnvironment({ gitDir, safeDirectory: gitDir });
    const git = spawn('git', args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise<number | null>((resolve, reject) => git.once('error', reject).once('close', resolve));
    // It is awaited below; until then nobody else listens.
    ended.catch(() => undefined);
    let read = 0;
    try {
      for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
        yield chunk;
        read += chunk.length;
        if (read < mostBytes) continue;
        complete = false;
        return;
      }
    } finally {
      git.kill('SIGKILL');
    }
    if ((await ended) !== 0) throw new Error('git cannot read the objects of the repository');
  }
  return { chunks: chunks(), complete: () => complete };
}
