import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { CodedError, messageOf } from '../../base/errors.ts';
import { syncDirectory } from '../../base/files.ts';
import { mustRun, runProcess } from '../../base/process.ts';

/** One tar file: a manifest and what it lists, each file with its size and hash. */
const Manifest = z.strictObject({
  format: z.literal(1),
  madeAt: z.iso.datetime(),
  madeBy: z.string(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0), sha256: z.string().length(64) })),
});
export type Manifest = z.infer<typeof Manifest>;

const MANIFEST = 'manifest.json';
const PRIVATE = 0o600;
const SECONDS = 3600;

/**
 * Packs a directory into one file that only we may read: it holds secrets. The file is there whole or not at all; one that
 * is there already is `E_BACKUP_FILE`.
 */
export async function pack(directory: string, file: string, madeBy: string): Promise<Manifest> {
  if ((await lstat(file).catch(() => undefined)) !== undefined) throw wrongFile(file, 'it is there already');
  const manifest: Manifest = {
    format: 1,
    madeAt: new Date().toISOString(),
    madeBy,
    files: await listFiles(directory),
  };
  await writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  const unfinished = `${file}.unfinished`;
  try {
    // Made beforehand, so that at no moment others can read it.
    await writeFile(unfinished, '', { mode: PRIVATE });
  } catch (error: unknown) {
    throw wrongFile(file, messageOf(error));
  }
  try {
    await mustRun(['tar', '--create', '--file', unfinished, '--directory', directory, '.'], {
      timeoutMs: SECONDS * 1000,
    });
    await using handle = await open(unfinished, 'r');
    await handle.sync();
    // Unlike a renaming, a link replaces nothing that came there meanwhile.
    await link(unfinished, file);
    await syncDirectory(dirname(file));
  } finally {
    await rm(unfinished, { force: true });
  }
  return manifest;
}

/** Unpacks such a file into an empty directory, and holds every file against the manifest. `E_BACKUP_FILE` when one differs. */
export async function unpack(file: string, directory: string): Promise<Manifest> {
  const extract = ['--extract', '--file', file, '--directory', directory, '--same-permissions', '--no-same-owner'];
  const { exitCode, stderr } = await runProcess(['tar', ...extract], { timeoutMs: SECONDS * 1000 });
  if (exitCode !== 0) throw wrongFile(file, stderr.trim().split('\n')[0] ?? 'it cannot be unpacked');
  const parsed = Manifest.safeParse(await readManifest(directory));
  if (!parsed.success) throw wrongFile(file, 'it is no backup of a cc-ci server');
  const found = (await listFiles(directory)).filter(({ path }) => path !== MANIFEST);
  const key = (entry: Manifest['files'][number]) => `${entry.path} ${entry.bytes} ${entry.sha256}`;
  const expected = new Set(parsed.data.files.map(key));
  const differs = found.find((entry) => !expected.has(key(entry)));
  if (differs !== undefined) throw wrongFile(file, `${differs.path} is not what was put in`);
  if (found.length !== expected.size) throw wrongFile(file, 'a file that was put in is missing');
  return parsed.data;
}

async function readManifest(directory: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function listFiles(directory: string): Promise<Manifest['files']> {
  const files: Manifest['files'] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile()) throw wrongFile(file, 'it is neither a file nor a directory');
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    files.push({ path: relative(directory, file), bytes: (await lstat(file)).size, sha256: hash.digest('hex') });
  }
  return files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

function wrongFile(file: string, why: string): CodedError {
  return new CodedError({
    code: 'E_BACKUP_FILE',
    message: `${file} cannot be used: ${why}`,
    fault: 'usage',
    where: { file },
  });
}
