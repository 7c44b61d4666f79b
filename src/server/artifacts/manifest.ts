import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { listArtifacts } from '../../results/list-artifacts.ts';
import { BUNDLE } from '../../run/bundle/schema.ts';

/** So much may one run leave; a worker that says more is refused before it sends anything. */
const MOST_BYTES = 2 * 1024 ** 3;
const MOST_FILES = 4000;
/**
 * Files of a run that the server acts on: what is to be undone on a host, and where else the run lies. They are true only
 * where they were written.
 */
const NEVER_SENT: readonly string[] = ['journal.ndjson', 'elsewhere'];
const OTHERS_READ = 0o004;

const isPart = (part: string) => part !== '' && part.length <= 200 && !part.startsWith('.') && !/[\\\0]/.test(part);

/** A path within a run's directory that can lead nowhere else. */
const FileName = z
  .string()
  .max(500)
  .refine((name) => name.split('/').every(isPart) && !NEVER_SENT.includes(name), 'no file of a run that is taken');

/** Every file of a run, so that the server knows when it has them all. */
export const Manifest = z
  .strictObject({
    files: z.array(
      z.strictObject({
        name: FileName,
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    ),
  })
  .refine(({ files }) => files.length <= MOST_FILES, 'too many files')
  .refine(({ files }) => files.reduce((sum, { bytes }) => sum + bytes, 0) <= MOST_BYTES, 'too many bytes')
  .refine(({ files }) => !haveClash(files.map(({ name }) => name)), 'two files have one place');
export type Manifest = z.infer<typeof Manifest>;

/** What a server that was given a manifest answers: the bytes that it has of each file that is not whole there. */
export const Missing = z.object({ missing: z.array(z.object({ sha256: z.string(), offset: z.int().min(0) })) });
export type Missing = z.infer<typeof Missing>;

/** Lists what a run left for people to read, and what it can be made again from, with the hash of each file. */
export async function makeManifest(directory: string): Promise<Manifest> {
  const reports = (await listArtifacts(directory)).map(({ name }) => name);
  const names = [...reports.filter((name) => !NEVER_SENT.includes(name)), ...(await listBundle(directory))];
  const files: Manifest['files'] = [];
  for (const name of names.toSorted()) {
    const path = join(directory, name);
    const { size } = await stat(path);
    files.push({ name, bytes: size, sha256: await hashFile(path) });
  }
  return Manifest.parse({ files });
}

async function listBundle(directory: string): Promise<readonly string[]> {
  const root = join(directory, BUNDLE.directory);
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const names: string[] = [];
  for (const file of files) {
    const name = relative(directory, file);
    if (FileName.safeParse(name).success && ((await stat(file)).mode & OTHERS_READ) !== 0) names.push(name);
  }
  return names;
}

/** The SHA-256 of a file, read in pieces. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Whether a name is there twice, or is a directory of another. */
function haveClash(names: readonly string[]): boolean {
  const taken = new Set(names);
  const directories = names.flatMap((name) => {
    const parts = name.split('/');
    return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return taken.size !== names.length || directories.some((directory) => taken.has(directory));
}
