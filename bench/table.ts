import { format, type Judged } from './figure.ts';

const HEAD = ['measure', 'median', 'peer in the same rounds', 'ratio', 'bar', '', 'rounds'];

/** The figures as a table for a terminal, notes below it. Pure. */
export function renderTable(figures: readonly Judged[]): string {
  const rows = [HEAD, ...figures.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - cell.length))
      .join('  ')
      .trimEnd(),
  );
  const notes = figures.filter(({ note }) => note !== undefined).map(({ name, note }) => `${name}: ${note}`);
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1), ...(notes.length === 0 ? [] : ['', ...notes]), ''].join('\n');
}

function cells(figure: Judged): string[] {
  const { name, unit, values, peer, peerMedian, ratio, checks } = figure;
  return [
    name,
    format(figure.median, unit),
    peer === undefined || peerMedian === undefined ? '' : `${format(peerMedian, unit)} ${peer.name}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
    checks.map(({ bar }) => bar).join(', ') || 'reported only',
    checks.length === 0 ? '' : checks.every(({ ok }) => ok) ? 'ok' : 'over',
    String(values.length),
  ];
}
