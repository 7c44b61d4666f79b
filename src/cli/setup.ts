import { Command } from 'commander';
import { formatMs } from '../base/text.ts';
import { setUp } from '../host/setup/setup.ts';
import type { StepReport } from '../host/setup/step.ts';

interface SetupFlags {
  readonly json?: boolean;
  readonly server?: boolean;
}

/** `cc-ci setup`: makes this machine ready; says what it found and what it did. */
export function setupCommand(): Command {
  return new Command('setup')
    .summary('make this machine ready: Engine, Swarm, network, images, examples')
    .description(
      'Brings about what a run needs, from nothing where need be: packages, Engine, Swarm, network, images, router, examples. What is there is left as it is; a Swarm, network or daemon configuration that cc-ci did not make is never changed.',
    )
    .option('--server', 'also what `cc-ci serve` needs: PostgreSQL’s programs')
    .option('--json', 'print what was found and done as JSON')
    .action(async (flags: SetupFlags) => {
      const started = performance.now();
      const write = (line: string) => process.stderr.write(`${line}\n`);
      const reports = await setUp({
        forServer: flags.server,
        say: (line) => write(`  … ${line}`),
        onReport: (report) => write(formatReport(report)),
      });
      write(`ready (${formatMs(performance.now() - started)})`);
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ ready: true, steps: reports }, null, 2)}\n`);
    });
}

/** One step for people: what was found, what was done, what to be wary of. */
export function formatReport({ name, outcome, found, did, warnings, ms }: StepReport): string {
  const line = `${outcome === 'done' ? '+' : '='} ${name.padEnd(12)} ${did ?? found}${ms < 500 ? '' : ` (${formatMs(ms)})`}`;
  return [line, ...warnings.map((warning) => `! ${name.padEnd(12)} ${warning}`)].join('\n');
}
