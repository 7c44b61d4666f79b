import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatError } from '../../../src/base/errors.ts';
import { runProcess } from '../../../src/base/process.ts';
import { loadStack } from '../../../src/recipe/compose/load.ts';
import { printStack } from '../../../src/recipe/compose/render.ts';

/** What became of a set of stack files: a document, or the reason why it was refused. */
export type Outcome = { readonly document: unknown } | { readonly refused: string };

export interface StackCase {
  readonly root: string;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly interpolate?: boolean | undefined;
}

/** `docker stack config` over the same files, with nothing but the case's variables in its environment. */
export async function askDocker(stackCase: StackCase): Promise<Outcome> {
  const files = stackCase.files.flatMap((file) => ['-c', join(stackCase.root, file)]);
  const flags = stackCase.interpolate === false ? ['--skip-interpolation'] : [];
  const result = await runProcess([process.env['CC_CI_DOCKER'] ?? 'docker', 'stack', 'config', ...flags, ...files], {
    cleanEnv: true,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...stackCase.env },
  });
  if (result.startError !== undefined) throw new Error(result.startError);
  return result.exitCode === 0 ? { document: parse(result.stdout) } : { refused: result.stderr.trim() };
}

/** Our loader over the same files, printed and parsed again, so that printing is part of the comparison. */
export async function askOurs(stackCase: StackCase): Promise<Outcome> {
  const { root, files, interpolate } = stackCase;
  // Docker sees its own PATH as a variable, and so must we.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...stackCase.env };
  try {
    return { document: parse(printStack(await loadStack({ root, files, env, interpolate }))) };
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
