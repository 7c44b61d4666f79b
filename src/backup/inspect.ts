import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileName } from './canaries/file.ts';
import type { BackupContext } from './context.ts';
import { RESTIC_TIMEOUT_MS } from './context.ts';
import { dumpHook, type Expectation, expectCanaries } from './coverage.ts';
import { type InspectedDump, inspectDumps, placeDumps } from './inspect-dumps.ts';
import { listSnapshot, restorePaths, type SnapshotFile, type SnapshotMade } from './restic.ts';
import { scanFile } from './stream-scan.ts';
import type { Canary, CanaryCheck, SnapshotReport } from './types.ts';
import { coveredPaths, type PlacedVolume, readablePath } from './volume-sets.ts';

/** A file larger than this is not searched for a canary of Redis or SQLite: what a backup holds is proven by its restore. */
const MAX_SEARCHED_BYTES = 256 * 1024 * 1024;

/** Looks what a snapshot really holds: labelled paths, dumps and their ends, canaries, and databases copied while they ran. */
export async function inspectSnapshot(
  context: BackupContext,
  volumes: readonly PlacedVolume[],
  made: SnapshotMade,
): Promise<SnapshotReport> {
  const files = await listSnapshot(context.repository, made.id);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const regular = files.filter((file) => file.type === 'file');
  const expectations = expectCanaries(context.plan, context.canaries);
  const planned = placeDumps(context, volumes);
  const dumpFiles = planned.map(({ hostPath }) => hostPath).filter((path) => byPath.get(path)?.type === 'file');
  const searched = context.canaries.map((canary) => searchedFiles(canary, volumes, regular));

  await mkdir(context.workDir, { recursive: true });
  const scratch = await mkdtemp(join(context.workDir, 'inspect-'));
  try {
    const wanted = [...new Set([...dumpFiles, ...searched.flat()])];
    if (wanted.length > 0) {
      await restorePaths(context.repository, made.id, {
        include: wanted,
        target: scratch,
        writable: [scratch],
        timeoutMs: context.resticTimeoutMs ?? RESTIC_TIMEOUT_MS,
        signal: context.signal,
      });
    }
    const dumps = await inspectDumps(context, volumes, planned, byPath, scratch);
    const canaries: (CanaryCheck & { readonly expected: boolean })[] = [];
    for (const [index, canary] of context.canaries.entries()) {
      const check = await seekCanary(canary, expectations[index], dumps, searched[index] ?? [], scratch);
      if (check !== undefined) canaries.push({ ...check, expected: expectations[index]?.expected ?? false });
    }
    return {
      id: made.id,
      files: regular.length,
      bytes: regular.reduce((sum, file) => sum + file.bytes, 0),
      dumps: dumps.map((dump) => dump.report),
      canaries,
      missingPaths: missingPaths(context, volumes, byPath),
      liveCopies: liveCopies(context, volumes, byPath),
      warnings: made.warnings,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function missingPaths(
  context: BackupContext,
  volumes: readonly PlacedVolume[],
  byPath: ReadonlyMap<string, SnapshotFile>,
): string[] {
  const planned = [...volumes.flatMap(coveredPaths), ...placeDumps(context, volumes).map(({ hostPath }) => hostPath)];
  return [...new Set(planned)].filter((path) => !byPath.has(path)).map((path) => readablePath(path, volumes));
}

/** Data directories of database servers in the snapshot whose service has no hook that dumps them. */
function liveCopies(
  context: BackupContext,
  volumes: readonly PlacedVolume[],
  byPath: ReadonlyMap<string, SnapshotFile>,
): string[] {
  const directories = [...byPath.keys()].flatMap((path) => {
    if (path.endsWith('/PG_VERSION')) {
      const directory = path.slice(0, -'/PG_VERSION'.length);
      return byPath.has(`${directory}/global/pg_control`) ? [directory] : [];
    }
    return path.endsWith('/ibdata1') ? [path.slice(0, -'/ibdata1'.length)] : [];
  });
  return directories
    .filter((directory) => {
      const volume = volumes.find(({ root }) => directory === root || directory.startsWith(`${root}/`));
      return !(volume?.mountedBy ?? []).some((mount) => dumpHook(context.plan, mount.service) !== undefined);
    })
    .map((directory) => readablePath(directory, volumes));
}

/** The files of the snapshot in which a canary would show, apart from dumps. */
function searchedFiles(canary: Canary, volumes: readonly PlacedVolume[], files: readonly SnapshotFile[]): string[] {
  const root = volumes.find((volume) => volume.volume === canary.volume)?.root;
  if (root === undefined) return [];
  const within = (pattern: RegExp, directory: string) =>
    files
      .filter(({ path, bytes }) => path.startsWith(directory) && bytes <= MAX_SEARCHED_BYTES)
      .filter(({ path }) => pattern.test(path.slice(directory.length)))
      .map(({ path }) => path);
  const named = (names: readonly string[]) =>
    files.filter(({ path }) => names.some((name) => path === `${root}/${name}`)).map(({ path }) => path);
  switch (canary.kind) {
    case 'file':
      return named([fileName(canary, 'a'), fileName(canary, 'b')]);
    case 'redis':
      return within(/\.rdb$|\.aof$/, join(root, canary.detail['directory'] ?? ''));
    case 'sqlite':
      return within(/^(?:-wal|-journal)?$/, `${root}/${canary.detail['path'] ?? ''}`);
    case 'postgres':
    case 'mysql':
      return [];
  }
}

/** Undefined when the snapshot cannot show it: a database copied as files, or a dump in a compressed binary format. */
async function seekCanary(
  canary: Canary,
  expectation: Expectation | undefined,
  dumps: readonly InspectedDump[],
  searched: readonly string[],
  scratch: string,
): Promise<CanaryCheck | undefined> {
  const { id, token, where } = canary;
  if (canary.kind === 'file') {
    const texts = await Promise.all(searched.map((path) => readFile(join(scratch, path), 'utf8')));
    const found = texts.length === 2 && texts.every((text) => text === token);
    return { id, found, detail: `${where}: ${found ? 'in the snapshot' : 'not in the snapshot'}` };
  }
  if (expectation?.by.includes('dump') === true) {
    const readableDumps = dumps.filter((dump) => dump.report.kind !== 'pg-custom' && dump.report.kind !== 'unknown');
    const holder = readableDumps.find(
      ({ scan }) => scan?.outer.tokens.has(token) === true || scan?.inner?.tokens.has(token) === true,
    );
    if (holder !== undefined) return { id, found: true, detail: `${where}: in ${holder.report.path}` };
    if (!expectation.by.includes('files') && readableDumps.some((dump) => dump.service === canary.service)) {
      return { id, found: false, detail: `${where}: not in any dump` };
    }
  }
  if (searched.length === 0) return undefined;
  for (const path of searched) {
    const { outer } = await scanFile(join(scratch, path), [token]);
    if (outer.tokens.has(token)) return { id, found: true, detail: `${where}: in ${path.split('/').at(-1)}` };
  }
  return { id, found: false, detail: `${where}: not in ${searched.map((path) => path.split('/').at(-1)).join(', ')}` };
}
