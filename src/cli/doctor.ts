import { Command } from 'commander';
import { largest } from '../base/lists.ts';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { examine } from '../host/doctor/doctor.ts';
import type { DoctorLine } from '../host/doctor/finding.ts';
import { EXIT } from './exit-codes.ts';

/** `cc-ci doctor`: what this machine can do, and what to do about the rest. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('tell what this machine can do, and what to do about the rest')
    .description('Looks at everything that a run needs on this machine. Changes nothing.')
    .option('--json', 'print the lines as JSON')
    .action(async (flags: { readonly json?: boolean }) => {
      const lines = await examine(readSettings(), statePaths());
      const fit = lines.every(({ state }) => state !== 'missing');
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ fit, lines }, null, 2)}\n`);
      else process.stdout.write(formatLines(lines));
      process.exitCode = fit ? EXIT.success : EXIT.error;
    });
}

/** The lines in columns, each advice below its line. */
export function formatLines(lines: readonly DoctorLine[]): string {
  const width = largest(lines.map(({ subject }) => subject.length));
  return lines
    .map(({ subject, state, seen, advice }) => {
      const line = `${state.padEnd(7)}  ${subject.padEnd(width)}  ${seen}\n`;
      return advice === undefined ? line : `${line}${' '.repeat(9 + width + 2)}→ ${advice}\n`;
    })
    .join('');
}
