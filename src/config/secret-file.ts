import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { CodedError, messageOf } from '../base/errors.ts';

/** Where a secret is looked for, and what names it. */
export interface SecretPlace {
  /** As the setting has it: a path, or the name of a credential. */
  readonly given: string;
  /** The setting, for errors: `forges.0.tokenFile`. */
  readonly key: string;
  /** The file of settings that names it; a path in it is relative to its directory. */
  readonly configDirectory: string;
}

const OTHERS = 0o007;

/**
 * Reads a secret: a credential of this name that systemd handed over, else the file. A last newline is no part of it. One
 * that others may read, or that is empty, is `E_SECRET_FILE`: it is no secret.
 */
export async function readSecretFile(
  place: SecretPlace,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  return (await openSecret(place, env)).text;
}

/** The path of a secret that a program of somebody else is to read by itself; it is judged as `readSecretFile` does. */
export async function secretFilePath(
  place: SecretPlace,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  return (await openSecret(place, env)).file;
}

async function openSecret(
  place: SecretPlace,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly file: string; readonly text: string }> {
  const file = await findSecret(place, env);
  let text: string;
  try {
    const { mode } = await stat(file);
    if ((mode & OTHERS) !== 0) throw refused(place, file, 'everyone on this machine may read it', `chmod 600 ${file}`);
    text = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error: unknown) {
    if (error instanceof CodedError) throw error;
    throw refused(place, file, messageOf(error));
  }
  if (text === '') throw refused(place, file, 'it is empty');
  return { file, text };
}

async function findSecret(
  { given, configDirectory }: SecretPlace,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (isAbsolute(given)) return given;
  const credentials = env['CREDENTIALS_DIRECTORY'];
  if (credentials !== undefined && credentials !== '' && !given.includes('/')) {
    const file = join(credentials, given);
    const there = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return join(configDirectory, given);
}

function refused({ key }: SecretPlace, file: string, why: string, hint?: string): CodedError {
  return new CodedError({
    code: 'E_SECRET_FILE',
    message: `the secret of ${key} cannot be used: ${why}`,
    fault: 'usage',
    where: { file, key },
    hint,
  });
}
