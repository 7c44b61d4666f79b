import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { INSTALLED, ownFile } from '../base/own-files.ts';
import { statePaths } from '../config/paths.ts';
import { examplesDirectory } from '../host/setup/examples-step.ts';
import { isRemote } from '../recipe/git/remote.ts';

/**
 * Refuses a directory that does not exist (`E_SOURCE`) before anything else is looked at. For an example it says where that
 * lies or how it comes to be: the examples are made by the set-up, so a new clone has none.
 */
export function requireSource(source: string): void {
  if (isRemote(source) || existsSync(source)) return;
  throw new CodedError({
    code: 'E_SOURCE',
    message: `${source} does not exist`,
    fault: 'usage',
    hint: exampleHint(basename(source)) ?? 'give a directory or a git URL',
  });
}

function exampleHint(name: string): string | undefined {
  if (name === '' || !existsSync(join(ownFile('examples/sources'), name))) return undefined;
  const made = join(examplesDirectory(statePaths()), name);
  return existsSync(made)
    ? `the example lies in ${made}`
    : `${INSTALLED ? 'cc-ci' : './cc-ci'} setup makes the examples; this one will be ${made}`;
}
