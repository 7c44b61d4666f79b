import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatError } from '../../../src/base/errors.ts';
import { mustRun, runProcess } from '../../../src/base/process.ts';
import { NEWEST_VERSION } from '../../../src/recipe/compose/format.ts';
import { loadStack } from '../../../src/recipe/compose/load.ts';
import { printStack } from '../../../src/recipe/compose/render.ts';
import { testHome } from '../../support/home.ts';
import { findOracleCli, majorVersion } from '../../support/set-up/oracle-cli.ts';

/** What became of a set of stack files: a document, or the reason why it was refused. */
export type Outcome = { readonly document: unknown } | { readonly refused: string };

export interface StackCase {
  readonly root: string;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly interpolate?: boolean | undefined;
}

interface Oracle {
  readonly program: string;
  readonly major: number;
  /** The newest minor version of the format that it knows. */
  readonly newest: number;
}

let found: Promise<Oracle> | undefined;

/** The Docker CLI that all comparisons are made with: the one on the path, or the one that set-up unpacked; 24 at least. */
export function oracle(): Promise<Oracle> {
  found ??= findOracle();
  return found;
}

async function findOracle(): Promise<Oracle> {
  const program = await findOracleCli(testHome());
  if (program === undefined) throw new Error('there is no Docker CLI with `stack config`: run `npm run test:service`');
  const { stdout } = await mustRun([program, '--version']);
  const resolved = await mustRun([program, 'stack', 'config', '-c', '-'], { input: 'services: {}' });
  return {
    program,
    major: majorVersion(stdout),
    newest: Number(/3\.(?<minor>\d+)/.exec(resolved.stdout)?.groups?.['minor']),
  };
}

/** A file without a version means the newest one that the program knows, which may be older than ours. */
async function withOurNewest(document: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { newest } = await oracle();
  return document['version'] === `3.${newest}` ? { ...document, version: `3.${NEWEST_VERSION}` } : document;
}

/** `docker stack config` over the same files, with nothing but the case's variables in its environment. */
export async function askDocker(stackCase: StackCase): Promise<Outcome> {
  const files = stackCase.files.flatMap((file) => ['-c', join(stackCase.root, file)]);
  const flags = stackCase.interpolate === false ? ['--skip-interpolation'] : [];
  const { program } = await oracle();
  const result = await runProcess([program, 'stack', 'config', ...flags, ...files], {
    cleanEnv: true,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...stackCase.env },
  });
  if (result.startError !== undefined) throw new Error(result.startError);
  if (result.exitCode !== 0) return { refused: result.stderr.trim() };
  return { document: await withOurNewest(parse(result.stdout)) };
}

/** Our loader over the same files, printed and parsed again, so that printing is part of the comparison. */
export async function askOurs(stackCase: StackCase): Promise<Outcome> {
  const { root, files, interpolate } = stackCase;
  // Docker sees its own PATH as a variable, and so must we.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...stackCase.env };
  try {
    return { document: await withOurNewest(parse(printStack(await loadStack({ root, files, env, interpolate })))) };
  } catch (error: unknown) {
    return { refused: formatError(error) };
  }
}

/** Runs `use` with a directory that holds the given files, and removes it again. */
export async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-compose-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
