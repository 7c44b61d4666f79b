import { glob } from 'node:fs/promises';
import { CodedError } from '../../base/errors.ts';
import type { SetupContext } from './context.ts';
import { installPackages } from './packages.ts';
import type { CheckedStep } from './step.ts';

/** Where Debian has it, on each architecture. */
const FAKETIME = '/usr/lib/*/faketime/libfaketimeMT.so.1';

/** Step: what only tests need of Debian: a clock that jumps for one process. */
export function testProgramsStep(context: SetupContext): CheckedStep {
  return {
    name: 'test programs',
    async check() {
      const found = await lookForFaketime();
      return { ok: found !== undefined, detail: found === undefined ? 'libfaketime is not installed' : 'libfaketime' };
    },
    async act() {
      context.say('installing libfaketime');
      await installPackages(['libfaketime']);
      return 'installed libfaketime';
    },
  };
}

/** The library that, loaded before others, gives a process a clock of its own. `E_TEST_PROGRAM` when it is not installed. */
export async function findFaketime(): Promise<string> {
  const found = await lookForFaketime();
  if (found !== undefined) return found;
  throw new CodedError({
    code: 'E_TEST_PROGRAM',
    message: 'libfaketime is not installed',
    fault: 'infrastructure',
    hint: '`npm test` installs it, and so does `apt-get install libfaketime`',
  });
}

async function lookForFaketime(): Promise<string | undefined> {
  for await (const path of glob(FAKETIME)) return path;
  return undefined;
}
