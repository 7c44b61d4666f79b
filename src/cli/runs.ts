import { Command } from 'commander';
import { largest } from '../base/lists.ts';
import { statePaths } from '../config/paths.ts';
import { plainText } from '../results/plain-text.ts';
import { listRuns, type RunRow } from '../run/past/list-runs.ts';

/** `cc-ci runs`: the runs of this machine, newest first. */
export function runsCommand(): Command {
  return new Command('runs')
    .summary('list the runs of this machine')
    .description('Lists the runs that have a directory here, the newest first, and how each of them stands.')
    .option('--limit <count>', 'how many at most', '30')
    .option('--json', 'print all of them as JSON')
    .action(async (flags: { readonly limit: string; readonly json?: boolean }) => {
      const rows = await listRuns(statePaths());
      if (flags.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
      else process.stdout.write(formatRuns(rows.slice(0, Number(flags.limit) || 30)));
    });
}

/** The rows in columns; the times are UTC. */
export function formatRuns(rows: readonly RunRow[]): string {
  if (rows.length === 0) return 'no run yet\n';
  const table = rows.map((row) => [
    row.runId,
    row.at === null ? '' : row.at.slice(0, 16).replace('T', ' '),
    row.state,
    row.verdict ?? '',
    row.level === null ? '' : `level ${row.level}`,
    row.recipe === null ? row.sentence : `${row.recipe} ${row.version ?? ''}`,
  ]);
  const width = (column: number) => largest(table.map((cells) => cells[column]?.length ?? 0));
  const widths = [0, 1, 2, 3, 4, 5].map(width);
  const line = (cells: readonly string[]) =>
    plainText(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).trimEnd();
  return `${table.map(line).join('\n')}\n`;
}
