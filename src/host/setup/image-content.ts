import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type SetupContext, tryDocker } from './context.ts';

/** Label on each image that set-up made: the hash of all that went into it. */
export const CONTENT_LABEL = 'cc-ci.content';

/** Everything that makes an image what it is. */
export interface ImageInputs {
  /** The content of the image it stands on. */
  readonly parent: string;
  readonly args: Readonly<Record<string, string>>;
  /** Paths within the build directory, with their texts and whether they may be run. */
  readonly files: readonly { readonly path: string; readonly executable: boolean; readonly bytes: Uint8Array }[];
}

/** The content hash of an image: equal inputs give an equal hash, whatever their order. 16 hexadecimal digits. */
export function contentHash({ parent, args, files }: ImageInputs): string {
  const hash = createHash('sha256');
  const part = (bytes: string | Uint8Array) => hash.update(`${Buffer.byteLength(bytes)}:`).update(bytes);
  part(parent);
  part(JSON.stringify(Object.entries(args).sort(([left], [right]) => (left < right ? -1 : 1))));
  for (const file of [...files].sort((left, right) => (left.path < right.path ? -1 : 1))) {
    part(file.path);
    part(file.executable ? 'x' : '-');
    part(file.bytes);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Reads a build directory as it enters the hash. */
export async function readBuildDirectory(directory: string): Promise<ImageInputs['files']> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => ({
      path: path.slice(directory.length + 1),
      executable: ((await stat(path)).mode & 0o100) !== 0,
      bytes: await readFile(path),
    })),
  );
}

const Inspected = z.array(
  z.object({
    RepoTags: z.array(z.string()).nullable(),
    Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
);

/** The content labels of images by tag; an image that is not there is left out, one without our label has `foreign`. */
export async function contentOfImages(
  context: SetupContext,
  tags: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  // The CLI prints what it found and ends with 1 when anything is missing.
  const inspected = await tryDocker(context, ['image', 'inspect', ...tags]);
  const images = Inspected.parse(JSON.parse(inspected.stdout === '' ? '[]' : inspected.stdout));
  return new Map(
    images.flatMap((image) =>
      (image.RepoTags ?? []).map((tag) => [tag, image.Config?.Labels?.[CONTENT_LABEL] ?? 'foreign'] as const),
    ),
  );
}
