import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import type { RunContext } from './context.ts';
import type { RunDirectory } from './run-directory.ts';
import type { Plan } from './types.ts';

/**
 * The file with the credentials of an app that stays up. That of a watched one lies in the work directory, which goes when the app
 * goes, however the session ends.
 */
export function credentialsFile(directory: RunDirectory, plan: Pick<Plan, 'watch'>): string {
  return plan.watch === true ? join(directory.work, 'credentials.json') : directory.credentials;
}

/** Writes what a person needs to use an app that stays up; readable by its owner only. */
export async function writeCredentials(
  run: Pick<RunContext, 'plan' | 'secrets'>,
  directory: RunDirectory,
): Promise<void> {
  const { plan } = run;
  const secrets = Object.fromEntries(run.secrets);
  const text = JSON.stringify({ url: `https://${plan.domain}`, stackName: plan.stackName, secrets }, null, 2);
  await writeFileAtomic(credentialsFile(directory, plan), `${text}\n`, 0o600);
}
