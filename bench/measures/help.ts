import { join } from 'node:path';
import { type Argv, mustRun } from '../../src/base/process.ts';
import { LAUNCHER, ROOT } from '../cc-ci.ts';
import { inTurns, type Measure } from '../measure.ts';

/** How long `--help` takes: by the launcher, and without it, beside a Node that does nothing. */
export const help: Measure = {
  name: 'help',
  about: 'cc-ci --help',
  async take(bench) {
    const rounds = bench.rounds ?? 10;
    const time = async (argv: Argv) => (await mustRun(argv, { timeoutMs: 10_000, signal: bench.signal })).ms;
    const empty = () => time([process.execPath, '--eval', '0']);
    const launched = await inTurns(rounds, () => time([LAUNCHER, '--help']), empty);
    const program: Argv = [process.execPath, join(ROOT, 'src/cli/main.ts'), '--help'];
    const alone = await inTurns(rounds, () => time(program), empty);
    const bars = [{ kind: 'at-most', value: 150 }] as const;
    return [
      {
        name: './cc-ci --help',
        unit: 'ms',
        values: launched.first,
        peer: { name: 'empty Node', values: launched.second },
        bars,
      },
      {
        name: '--help, the program alone',
        unit: 'ms',
        values: alone.first,
        peer: { name: 'empty Node', values: alone.second },
        bars,
      },
    ];
  },
};
