import { CodedError } from '../base/errors.ts';
import type { AppData } from './app-data.ts';
import type { BackupPlan, HookRun } from './types.ts';

const FIELDS = {
  'backup-pre': 'backupPre',
  'backup-post': 'backupPost',
  'restore-pre': 'restorePre',
  'restore-post': 'restorePost',
} as const;

/** Enough for an error of a database tool; dumps go to files. */
const KEPT_OUTPUT = 4000;

/**
 * Runs a hook's command in the service's own container, by `sh -c` as backup-bot does, so that redirections and pipes work.
 *
 * The shell gets no `pipefail`: that is what the recipe's operators have as well, and a pipe that hides a failed dump is
 * found when the dump is inspected. A hook that cannot be started or takes too long is a record without an exit code.
 */
export async function runHook(
  data: AppData,
  service: string,
  hook: HookRun['hook'],
  command: string,
  timeoutMs: number,
): Promise<HookRun> {
  const started = performance.now();
  try {
    const result = await data.exec(service, ['sh', '-c', command], { timeoutMs });
    const output = `${result.stdout}\n${result.stderr}`.trim().slice(-KEPT_OUTPUT);
    return { service, hook, command, exitCode: result.exitCode, output, ms: performance.now() - started };
  } catch (error: unknown) {
    if (!(error instanceof CodedError)) throw error;
    const output = `${error.message} [${error.code}]`;
    return { service, hook, command, exitCode: undefined, output, ms: performance.now() - started };
  }
}

/** Runs one kind of hook of all services, in the order of the stack file; a failure does not keep the others from running. */
export async function runHooks(
  data: AppData,
  plan: BackupPlan,
  hook: HookRun['hook'],
  timeoutMs: number,
): Promise<HookRun[]> {
  const runs: HookRun[] = [];
  for (const entry of plan.services) {
    const command = entry[FIELDS[hook]];
    if (command !== undefined) runs.push(await runHook(data, entry.service, hook, command, timeoutMs));
  }
  return runs;
}

/** True when a hook did not do its work. */
export function hookFailed(run: HookRun): boolean {
  return run.exitCode !== 0;
}
