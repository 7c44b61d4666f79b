import { glob } from 'node:fs/promises';
import { CodedError } from '../../../src/base/errors.ts';
import type { SetupContext } from '../../../src/host/setup/context.ts';
import { findProgram } from '../../../src/host/setup/file-facts.ts';
import { installPackages, isOffered } from '../../../src/host/setup/packages.ts';
import type { CheckedStep } from '../../../src/host/setup/step.ts';

/** Where Debian has it, on each architecture. */
const FAKETIME = '/usr/lib/*/faketime/libfaketimeMT.so.1';

const LIBRARY = 'libfaketime';
/** A run needs no more than Chromium; the tests start it so often that its lighter twin is worth an installation. */
const SHELL = 'chromium-headless-shell';
const PACKAGES = [LIBRARY, SHELL];

async function missing(): Promise<string[]> {
  const [library, shell] = await Promise.all([lookForFaketime(), findProgram(SHELL)]);
  const wanted = shell === undefined && (await isOffered(SHELL));
  return [...(library === undefined ? [LIBRARY] : []), ...(wanted ? [SHELL] : [])];
}

/** Step: what only tests want of Debian: a clock that jumps for one process, and a browser that starts fast. */
export function testProgramsStep(context: SetupContext): CheckedStep {
  return {
    name: 'test programs',
    async check() {
      const lacking = await missing();
      const detail = lacking.length === 0 ? PACKAGES.join(', ') : `not installed: ${lacking.join(', ')}`;
      return { ok: lacking.length === 0, detail };
    },
    async act() {
      const lacking = await missing();
      context.say(`installing ${lacking.join(' ')}`);
      await installPackages(lacking);
      return `installed ${lacking.join(', ')}`;
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
