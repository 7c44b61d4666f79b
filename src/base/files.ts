import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, truncate, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Makes a directory entry durable: without it a new or renamed file may be gone after power loss. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file as a whole and durably: readers see the old bytes or the new ones, never a part. */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true });
  const temporary = join(directory, `.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await rename(temporary, path);
  } catch (error: unknown) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(directory);
}

/** A file of JSON lines that grows; each appended value is on disk when `append` returns if it was asked to be durable. */
export interface JsonLines extends AsyncDisposable {
  append(value: unknown, options?: { readonly durable?: boolean }): Promise<void>;
}

/** Opens (or continues) a file of JSON lines. Appends are written in the order of the calls. */
export async function openJsonLines(path: string, mode = 0o644): Promise<JsonLines> {
  await mkdir(dirname(path), { recursive: true });
  await dropTornLine(path);
  const handle: FileHandle = await open(path, 'a', mode);
  let { size } = await handle.stat();
  await syncDirectory(dirname(path));
  let last: Promise<void> = Promise.resolve();
  return {
    append(value, options) {
      const line = `${JSON.stringify(value)}\n`;
      const write = last.then(async () => {
        try {
          await handle.appendFile(line);
        } catch (error: unknown) {
          // A full disk takes a part of a line; the next one would be glued to it, and both be lost.
          await handle.truncate(size).catch(() => undefined);
          throw error;
        }
        size += Buffer.byteLength(line);
        if (options?.durable === true) await handle.datasync();
      });
      // A failed write is reported to its caller; the next one is tried all the same.
      last = write.catch(() => undefined);
      return write;
    },
    async [Symbol.asyncDispose]() {
      await last;
      await handle.close();
    },
  };
}

/** Cuts off a last line that has no end: what is appended next would otherwise be glued to it and lost. */
async function dropTornLine(path: string): Promise<void> {
  const text = await readFile(path).catch(() => undefined);
  if (text === undefined || text.length === 0 || text.at(-1) === 0x0a) return;
  await truncate(path, text.lastIndexOf(0x0a) + 1);
}

/** Reads JSON lines; a last line that a crash cut off is left out, any other broken line is an error. */
export function parseJsonLines(text: string): unknown[] {
  const lines = text.split('\n');
  const values: unknown[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch (error: unknown) {
      if (index === lines.length - 1) continue;
      throw error;
    }
  }
  return values;
}
