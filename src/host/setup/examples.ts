import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CodedError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { mustRun } from '../../base/process.ts';

/** A change to one file of the release a branch leaves from: a replacement that must fit once, a new text, or a removal. */
const Edit = z.union([
  z.strictObject({ file: z.string(), replace: z.string(), with: z.string() }),
  z.strictObject({ file: z.string(), content: z.string() }),
  z.strictObject({ file: z.string(), remove: z.literal(true) }),
]);

/** `examples/sources/<name>/history.json`: how the repository of an example comes to be. */
const History = z.strictObject({
  /** Oldest first; each tree is laid over the one before it. */
  releases: z
    .array(z.strictObject({ tree: z.string(), tag: z.string(), remove: z.array(z.string()).optional() }))
    .min(1),
  branches: z.array(
    z.strictObject({
      name: z.string(),
      subject: z.string(),
      /** The tag it leaves from; without it, the newest release. */
      from: z.string().optional(),
      edits: z.array(Edit).min(1),
    }),
  ),
});
type History = z.infer<typeof History>;

const STAMP = 'cc-ci-source';

/** Fixed identity and dates: the same sources give the same commits on every machine. */
function gitEnvironment(day: number): Record<string, string> {
  const date = `2026-01-${String(day).padStart(2, '0')}T12:00:00Z`;
  return {
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'cc-ci examples',
    GIT_AUTHOR_EMAIL: 'examples@cc-ci.invalid',
    GIT_COMMITTER_NAME: 'cc-ci examples',
    GIT_COMMITTER_EMAIL: 'examples@cc-ci.invalid',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  };
}

export interface MadeExample {
  readonly name: string;
  readonly path: string;
  /** False when it was there already, made from the same sources. */
  readonly made: boolean;
}

/**
 * Makes the git repositories of the example recipes, `<targetDir>/<name>`, from `<examplesDir>/sources/<name>`: one commit
 * and one annotated tag for each release, and a branch for each way of being broken. A repository whose sources have not
 * changed is left alone.
 */
export async function makeExamples(examplesDir: string, targetDir: string = examplesDir): Promise<MadeExample[]> {
  const sources = join(examplesDir, 'sources');
  const names = (await readdir(sources)).sort();
  return Promise.all(names.map((name) => makeExample(join(sources, name), join(targetDir, name), name)));
}

async function makeExample(source: string, target: string, name: string): Promise<MadeExample> {
  const hash = await hashTree(source);
  const stamp = await readFile(join(target, '.git', STAMP), 'utf8').catch(() => undefined);
  if (stamp === hash) return { name, path: target, made: false };
  await refuseForeign(target, stamp);
  const history = await readHistory(join(source, 'history.json'));
  const scratch = `${target}.new`;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await buildRepository(source, scratch, history);
  await writeFile(join(scratch, '.git', STAMP), hash);
  await rm(target, { recursive: true, force: true });
  await rename(scratch, target);
  return { name, path: target, made: true };
}

/** A directory there that we did not make, or that holds someone's changes, is not overwritten. */
async function refuseForeign(target: string, stamp: string | undefined): Promise<void> {
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  const clean =
    stamp !== undefined &&
    (await mustRun(['git', '-C', target, 'status', '--porcelain'], { env: gitEnvironment(1) })).stdout.trim() === '';
  if (clean) return;
  throw new CodedError({
    code: 'E_EXAMPLE_CHANGED',
    message: `${target} would be made anew from changed sources, but it holds changes of its own`,
    fault: 'usage',
    where: { file: target },
    hint: 'move your changes away, or remove the directory',
  });
}

async function readHistory(path: string): Promise<History> {
  const parsed = History.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new CodedError({
    code: 'E_EXAMPLE',
    message: z.prettifyError(parsed.error),
    fault: 'cc-ci',
    where: { file: path },
  });
}

async function buildRepository(source: string, repository: string, history: History): Promise<void> {
  const git = (day: number, ...args: string[]) =>
    mustRun(['git', '-C', repository, ...args], { env: gitEnvironment(day) });
  await git(1, 'init', '--quiet', '--initial-branch=main');
  let day = 1;
  for (const release of history.releases) {
    await cp(join(source, 'releases', release.tree), repository, { recursive: true });
    for (const file of release.remove ?? []) await rm(join(repository, file));
    await git(day, 'add', '--all');
    await git(day, 'commit', '--quiet', '--message', `Release ${release.tag}`);
    await git(day, 'tag', '--annotate', '--message', `chore: publish ${release.tag} release`, release.tag);
    day += 1;
  }
  for (const branch of history.branches) {
    await git(day, 'checkout', '--quiet', '-b', branch.name, branch.from ?? 'main');
    for (const edit of branch.edits) await applyEdit(repository, edit);
    await git(day, 'add', '--all');
    await git(day, 'commit', '--quiet', '--message', branch.subject);
  }
  await git(day, 'checkout', '--quiet', 'main');
}

async function applyEdit(repository: string, edit: z.infer<typeof Edit>): Promise<void> {
  const path = join(repository, edit.file);
  if ('remove' in edit) {
    await rm(path);
    return;
  }
  if ('content' in edit) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, edit.content);
    if (edit.content.startsWith('#!')) await chmod(path, 0o755);
    return;
  }
  const text = await readFile(path, 'utf8');
  const parts = text.split(edit.replace);
  if (parts.length !== 2) {
    throw new CodedError({
      code: 'E_EXAMPLE',
      message: `an edit fits ${parts.length - 1} times, expected once: ${edit.replace}`,
      fault: 'cc-ci',
      where: { file: path },
    });
  }
  await writeFile(path, parts.join(edit.with));
}

async function hashTree(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const parts = await Promise.all(
    files.sort().map(async (file) => {
      const executable = ((await stat(file)).mode & 0o100) !== 0;
      return `${file.slice(directory.length)}\0${executable}\0${await readFile(file, 'utf8')}`;
    }),
  );
  return shortHash(parts.join('\0'), 40);
}
