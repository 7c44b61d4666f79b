import { CodedError } from '../../base/errors.ts';
import { formatBytes } from '../../base/text.ts';
import { type BoundName, type Bounds, hostBounds, howToRaise } from '../../config/bounds.ts';
import { type GitOptions, gitError, runGit } from './run-git.ts';

/** What a checkout may be. */
export type CheckoutBounds = Pick<Bounds, 'checkoutMiB' | 'checkoutFiles' | 'fileMiB'>;

const MIB = 1024 ** 2;
/** A line of git's for one file, its path included; most have a tenth of it. */
const LINE_BYTES = 1024;

/**
 * Refuses a commit whose files would be too many or too large once they are written (`E_BOUND`), by what git says of it: a few objects
 * that name each other unfold to any number of files. Nothing is written.
 */
export async function refuseLargeTree(
  commit: string,
  options: GitOptions,
  bounds: CheckoutBounds = hostBounds(),
): Promise<void> {
  const { checkoutMiB, checkoutFiles, fileMiB } = bounds;
  const id = commit.slice(0, 12);
  // Counted first: to look up the sizes of what unfolds without end would take as long as git is given.
  await listTree(commit, [], options, checkoutFiles);
  let bytes = 0;
  for (const line of await listTree(commit, ['-l'], options, checkoutFiles)) {
    const tab = line.indexOf('\t');
    // A directory, or a commit of another repository, has none.
    const size = Number(line.slice(0, tab).split(' ').at(-1)) || 0;
    bytes += size;
    if (size > fileMiB * MIB) {
      const path = line.slice(tab + 1);
      throw beyond('fileMiB', `a file of the commit ${id} has ${formatBytes(size)}, and may have ${fileMiB} MiB`, path);
    }
  }
  if (bytes > checkoutMiB * MIB) {
    const [has, may] = [formatBytes(bytes), `${checkoutMiB} MiB`];
    throw beyond('checkoutMiB', `the files of the commit ${id} have ${has}, and may have ${may}`);
  }
}

/** A line for each file and directory; of more than there may be git is not heard to the end. */
async function listTree(
  commit: string,
  flags: readonly string[],
  options: GitOptions,
  files: number,
): Promise<readonly string[]> {
  const maxBytes = (files + 1) * LINE_BYTES;
  // With directories (-t): trees that hold nothing but trees name no file, and unfold without end.
  const args = ['ls-tree', '-r', '-t', '-z', '--full-tree', ...flags, commit];
  const listed = await runGit(args, { ...options, maxBytes });
  const lines = listed.stdout.split('\0').slice(0, -1);
  if (lines.length > files || listed.stdout.length >= maxBytes) {
    const what = `the commit ${commit.slice(0, 12)} has more than the ${files} files and directories that it may have`;
    throw beyond('checkoutFiles', what);
  }
  options.signal?.throwIfAborted();
  if (listed.exitCode !== 0) throw gitError(args, listed);
  return lines;
}

function beyond(name: BoundName, message: string, file?: string): CodedError {
  // A bound of ours says nothing about the recipe.
  return new CodedError({
    code: 'E_BOUND',
    message,
    fault: 'usage',
    where: { file, key: `bounds.${name}` },
    hint: howToRaise(name),
  });
}
