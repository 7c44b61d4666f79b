import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { HOOK_NAMES, type HookName } from '../../kit/hooks.ts';
import { INSIDE } from '../../kit/protocol.ts';
import { CodedError } from '../base/errors.ts';
import { suggestWord } from '../base/nearest.ts';
import type { AppAccess } from './app-access.ts';
import { openBroker } from './broker.ts';
import { openGateway } from './gateway.ts';
import { runInside } from './inside.ts';
import { judgeRecords } from './judge.ts';
import type { Launch } from './sandbox.ts';
import { stageSandbox } from './staging.ts';
import type { TestFile, TestTarget } from './types.ts';

export const HOOKS_FILE = 'hooks.ts';

/** Where the hooks of an enrolled recipe lie; undefined where it has none. */
export async function findHooks(enrolledDir: string | undefined): Promise<string | undefined> {
  if (enrolledDir === undefined) return undefined;
  const there = await access(join(enrolledDir, HOOKS_FILE)).then(
    () => true,
    () => false,
  );
  return there ? enrolledDir : undefined;
}

export interface HookOptions {
  /** The directory that `hooks.ts` lies in; the sandbox sees all of it. */
  readonly directory: string;
  /** Where files that a hook attaches are written. */
  readonly outDir: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly launch?: Launch;
}

/** The hooks that a file exports. `E_HOOKS` for a file that cannot be loaded, or that exports what is none. */
export async function listHooks(
  target: TestTarget,
  app: AppAccess,
  options: HookOptions,
): Promise<readonly HookName[]> {
  const names = (await runHook(target, app, options, undefined)) as readonly string[];
  const unknown = names.find((name) => !HOOK_NAMES.some((hook) => hook === name));
  if (unknown === undefined) return names as readonly HookName[];
  throw new CodedError({
    code: 'E_HOOKS',
    message: `there is no hook ${unknown}`,
    fault: 'usage',
    where: { file: join(options.directory, HOOKS_FILE), key: unknown },
    hint: suggestWord(unknown, HOOK_NAMES) ?? `hooks are ${HOOK_NAMES.join(', ')}; move helpers to a file of their own`,
  });
}

/**
 * Calls a hook as tests are run: in the sandbox, unprivileged, with a clean environment, and with nothing within reach but the
 * run's own stack. Gives back what the hook gave back. `E_HOOK` when it throws or does not end, with its own lines as evidence.
 */
export async function callHook(
  target: TestTarget,
  app: AppAccess,
  options: HookOptions,
  call: readonly [name: HookName, tier: string],
): Promise<unknown> {
  return runHook(target, app, options, call);
}

async function runHook(
  target: TestTarget,
  app: AppAccess,
  options: HookOptions,
  call: TestFile['call'],
): Promise<unknown> {
  const file: TestFile = { path: HOOKS_FILE, kind: 'hook', call };
  const failed = (problem: string, evidence: readonly string[] = []) =>
    new CodedError({
      code: call === undefined ? 'E_HOOKS' : 'E_HOOK',
      message: call === undefined ? `the hooks cannot be loaded: ${problem}` : `the hook ${call[0]} failed: ${problem}`,
      fault: 'usage',
      where: { file: join(options.directory, HOOKS_FILE) },
      evidence,
    });
  await using staging = await stageSandbox({
    runId: target.runId,
    testsDir: options.directory,
    hosts: target.hosts,
  });
  const socket = (path: string) => join(staging.path, 'run', path.slice('/run/cc-ci/'.length));
  await using _gateway = await openGateway(socket(INSIDE.gateway), target, {
    certificate: staging.certificate,
    published: () => app.published(),
  });
  await using _broker = await openBroker(socket(INSIDE.broker), app, options.outDir);
  const { records, ending, memory } = await runInside(staging.path, target, { ...options, files: [file] });
  const [event] = records[0]?.events ?? [];
  if (ending !== 'timeout' && event?.outcome === 'pass' && records[0]?.complete === true) return event.value;
  if (memory !== undefined) throw failed(memory);
  if (ending === 'timeout') throw failed(`it was not done within ${Math.round(options.timeoutMs / 1000)} s`);
  const { cases, broken } = judgeRecords([file], records, ending !== 'done');
  const detail = event?.detail ?? cases[0]?.detail ?? broken ?? 'it said nothing';
  const [first = '', ...rest] = detail.split('\n');
  throw failed(first, rest);
}
