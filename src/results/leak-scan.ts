import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { largest } from '../base/lists.ts';
import { type SecretForm, secretForms } from '../base/secret-forms.ts';

/** A form of a secret to look for, and which secret it is of, counted from 1. */
export interface Pattern extends SecretForm {
  readonly secret: number;
}

export interface ScanOptions {
  /** Bytes read at once. */
  readonly chunkBytes?: number | undefined;
}

/**
 * Looks for secret values in every regular file below a directory and returns one line per file, secret and form, such as
 * `logs/app.log: secret 2 (base64)`; empty when none leaked. Secrets count from 1 in the given order; their values are
 * never part of a line. Links are not followed. Values shorter than six characters are not looked for.
 */
export async function scanForSecrets(
  directory: string,
  secrets: readonly string[],
  options: ScanOptions = {},
): Promise<string[]> {
  const patterns = patternsOf(secrets);
  if (patterns.length === 0) return [];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const leaks: string[] = [];
  for (const file of files.toSorted()) {
    for (const { secret, form } of await scanFile(file, patterns, options.chunkBytes)) {
      leaks.push(`${relative(directory, file)}: secret ${secret} (${form})`);
    }
  }
  return [...new Set(leaks)];
}

/** All forms of all secrets. */
export function patternsOf(secrets: readonly string[]): readonly Pattern[] {
  return secrets.flatMap((secret, index) => secretForms(secret).map((form) => ({ ...form, secret: index + 1 })));
}

/** Which patterns a file holds. */
export async function scanFile(
  file: string,
  patterns: readonly Pattern[],
  chunkBytes: number = 256 * 1024,
): Promise<readonly Pattern[]> {
  return scanChunks(createReadStream(file, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>, patterns);
}

/** Which patterns a stream holds. The tail of each chunk is kept, so that a value that two chunks share is seen. */
export async function scanChunks(
  chunks: AsyncIterable<Buffer>,
  patterns: readonly Pattern[],
): Promise<readonly Pattern[]> {
  const open = new Set(patterns);
  const found: Pattern[] = [];
  const overlap = largest(patterns.map(({ bytes }) => bytes.length)) - 1;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const window = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    for (const pattern of open) {
      if (!window.includes(pattern.bytes)) continue;
      found.push(pattern);
      open.delete(pattern);
    }
    if (open.size === 0) break;
    tail = window.subarray(Math.max(0, window.length - overlap));
  }
  return found.toSorted((a, b) => patterns.indexOf(a) - patterns.indexOf(b));
}
