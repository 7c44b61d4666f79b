import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncDirectory, writeFileAtomic } from '../../base/files.ts';
import { largest } from '../../base/lists.ts';
import type { StatePaths } from '../../config/paths.ts';
import { openJournal } from '../../run/journal.ts';
import { hashFile, Manifest, type Missing } from './manifest.ts';

/** What a piece of a file came to. `offset`: so much of the file is here, whoever sent it. */
export type Received =
  | { readonly kind: 'taken' | 'elsewhere'; readonly offset: number }
  /** It was whole, and was not what the manifest says: it has to be sent anew. */
  | { readonly kind: 'corrupt' | 'unknown' };

/**
 * Takes in the files of runs that were made on other hosts. Pieces lie under the hash of their file until all are whole;
 * only then does the run appear among ours, at once and complete. A server that was killed goes on where it was.
 */
export interface Receiver {
  /** Says which files are to come; the answer, which of them are missing. Nothing is missing of a run that is here. */
  begin(runId: string, manifest: Manifest): Promise<Missing>;
  /** Appends a piece at an offset; `elsewhere` when that is not where the next one begins. */
  take(runId: string, sha256: string, offset: number, piece: AsyncIterable<Uint8Array>): Promise<Received>;
  /** Removes what nobody has sent anything of since (milliseconds of `Date.now()`); the ids of these runs. */
  forget(before: number): Promise<readonly string[]>;
}

/** Receives below the state directory: `uploads/` for what is under way, `runs/` for what is whole. */
export function receiveRuns(paths: StatePaths): Receiver {
  const uploads = join(paths.state, 'uploads');
  // Two pieces of one run would not see each other's.
  const busy = new Map<string, Promise<unknown>>();
  const inTurn = <T>(runId: string, work: () => Promise<T>): Promise<T> => {
    const turn = (busy.get(runId) ?? Promise.resolve()).then(work, work);
    busy.set(runId, turn);
    const forget = () => {
      if (busy.get(runId) === turn) busy.delete(runId);
    };
    turn.then(forget, forget);
    return turn;
  };
  return {
    begin: (runId, manifest) =>
      inTurn(runId, async () => {
        if (await exists(join(paths.runs, runId))) return { missing: [] };
        const directory = join(uploads, runId);
        await writeFileAtomic(join(directory, 'manifest.json'), JSON.stringify(manifest));
        const missing = await findMissing(directory, manifest);
        if (missing.length === 0) await assemble(paths, runId, directory, manifest);
        return { missing };
      }),
    take: (runId, sha256, offset, piece) =>
      inTurn(runId, async () => {
        // Somebody else has sent the rest of it.
        if (await exists(join(paths.runs, runId))) return { kind: 'elsewhere', offset: 0 };
        const directory = join(uploads, runId);
        const manifest = await readManifest(directory);
        const file = manifest?.files.find((candidate) => candidate.sha256 === sha256);
        if (manifest === undefined || file === undefined) return { kind: 'unknown' };
        const part = join(directory, sha256);
        const before = await sizeOf(part);
        if (before !== offset || before >= file.bytes) return { kind: 'elsewhere', offset: before };
        await pipeline(limit(piece, file.bytes - offset), createWriteStream(part, { flags: 'a', flush: true }));
        const after = await sizeOf(part);
        if (after < file.bytes) return { kind: 'taken', offset: after };
        if ((await hashFile(part)) !== sha256) {
          await rm(part);
          return { kind: 'corrupt' };
        }
        if ((await findMissing(directory, manifest)).length === 0) await assemble(paths, runId, directory, manifest);
        return { kind: 'taken', offset: after };
      }),
    async forget(before) {
      const forgotten: string[] = [];
      for (const runId of await readdir(uploads).catch(() => [])) {
        await inTurn(runId, async () => {
          const directory = join(uploads, runId);
          if ((await lastChange(directory)) >= before) return;
          await rm(directory, { recursive: true, force: true });
          forgotten.push(runId);
        });
      }
      return forgotten;
    },
  };
}

/** When something last arrived; what is appended to a file does not change its directory. */
async function lastChange(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const times = await Promise.all(
    [directory, ...names.map((name) => join(directory, name))].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return largest(times);
}

/** A file is whole as soon as it is as long as it should be: `take` lets no wrong one become that long. */
async function findMissing(directory: string, { files }: Manifest): Promise<Missing['missing']> {
  const missing = new Map<string, number>();
  for (const { sha256, bytes } of files) {
    const offset = await sizeOf(join(directory, sha256));
    if (offset < bytes) missing.set(sha256, offset);
  }
  return [...missing].map(([sha256, offset]) => ({ sha256, offset }));
}

/** Puts the run together beside the others and gives it its name last. */
async function assemble(paths: StatePaths, runId: string, directory: string, manifest: Manifest): Promise<void> {
  const whole = join(directory, 'whole');
  await rm(whole, { recursive: true, force: true });
  for (const { name, sha256, bytes } of manifest.files) {
    const target = join(whole, name);
    await mkdir(dirname(target), { recursive: true });
    if (bytes === 0) await writeFileAtomic(target, '');
    else await copyFile(join(directory, sha256), target);
  }
  {
    // A run without a closed journal would be one for the janitor of this host to finish.
    await using journal = await openJournal(join(whole, 'journal.ndjson'));
    await journal.close();
  }
  await mkdir(paths.runs, { recursive: true });
  await rename(whole, join(paths.runs, runId));
  await syncDirectory(paths.runs);
  await rm(directory, { recursive: true });
}

async function readManifest(directory: string): Promise<Manifest | undefined> {
  const text = await readFile(join(directory, 'manifest.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Manifest.parse(JSON.parse(text));
}

/** What is beyond the end of the file is not taken, and ends the transfer. */
async function* limit(piece: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let left = most;
  for await (const chunk of piece) {
    yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left <= 0) return;
  }
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
