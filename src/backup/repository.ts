import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { syncDirectory } from '../base/files.ts';
import { tryLock } from '../base/lock.ts';
import { mustRun } from '../base/process.ts';
import { openScratch } from '../base/scratch.ts';
import { newRepositoryPassword, openKeyFile, sealKeyFile } from './repository-key.ts';

/** A restic repository of one run, with its password (kept in memory and passed by environment only). */
export interface Repository {
  readonly directory: string;
  readonly password: string;
}

const LOCK_WAIT_MS = 60_000;

/**
 * Makes an empty repository in `directory` by copying one that was prepared beforehand, in milliseconds instead of the
 * three seconds of `restic init`. The copy has a password of its own; its master key, which no password reveals to
 * anybody without the files, is the template's.
 *
 * The template is made at the first call, under a lock, in `templateDir`.
 */
export async function prepareRepository(directory: string, templateDir: string): Promise<Repository> {
  await ensureTemplate(templateDir);
  const templatePassword = await readFile(join(templateDir, 'password'), 'utf8');
  await mkdir(dirname(directory), { recursive: true });
  await cp(join(templateDir, 'repository'), directory, { recursive: true });
  await chmod(directory, 0o700);
  const password = newRepositoryPassword();
  await changePassword(directory, templatePassword, password);
  return { directory, password };
}

async function ensureTemplate(templateDir: string): Promise<void> {
  if (await exists(join(templateDir, 'password'))) return;
  await mkdir(dirname(templateDir), { recursive: true });
  await using lock = await tryLock(`${templateDir}.lock`, { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) {
    throw new CodedError({
      code: 'E_RESTIC_TEMPLATE',
      message: 'another process has been making the empty backup repository for a minute',
      fault: 'infrastructure',
      hint: `look who holds ${templateDir}.lock`,
    });
  }
  if (await exists(join(templateDir, 'password'))) return;
  await rm(templateDir, { recursive: true, force: true });
  await using making = await openScratch(dirname(templateDir), 'restic-template');
  const repository = join(making.path, 'repository');
  const first = newRepositoryPassword();
  const env = { RESTIC_PASSWORD: first };
  await mustRun(['restic', '--repo', repository, '--no-cache', '--quiet', 'init'], { env });
  const password = newRepositoryPassword();
  await changePassword(repository, first, password);
  await writeFile(join(making.path, 'password'), password, { mode: 0o600, flush: true });
  await rename(making.path, templateDir);
  await syncDirectory(dirname(templateDir));
}

/** Replaces the only key file of a repository by one for another password. */
async function changePassword(directory: string, from: string, to: string): Promise<void> {
  const keys = join(directory, 'keys');
  const names = await readdir(keys);
  const [name] = names;
  if (name === undefined || names.length > 1) throw new Error(`${names.length} key files in ${keys}, expected one`);
  const { id, text } = sealKeyFile(openKeyFile(await readFile(join(keys, name), 'utf8'), from), to);
  await writeFile(join(keys, id), text, { mode: 0o600 });
  await rm(join(keys, name), { force: true });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
