import { formatMs } from '../base/text.ts';
import { html, type Markup } from './markup.ts';
import { shorten } from './plain-text.ts';
import { fold, section, table } from './report-parts.ts';
import type { Phase } from './schema.ts';
import { layOut, timeShares, type Waterfall } from './waterfall.ts';

const WIDTH = 1000;
const LABELS = 190;
const TRACK = WIDTH - LABELS - 70;
const ROW = 22;
const TOP = 28;

/** Where the time went: tiers by time, a row per phase on one axis, and the same as a table. Nothing without phases. */
export function renderWaterfall(phases: readonly Phase[]): Markup | undefined {
  if (phases.length === 0) return undefined;
  const waterfall = layOut(phases);
  const shares = timeShares(phases);
  const outside = shares.filter(({ tier }) => tier === null).reduce((sum, { ms }) => sum + ms, 0);
  const legend = [
    ...shares.filter(({ tier }) => tier !== null),
    { label: 'before, between and after', tier: null, ms: outside },
  ].map(
    ({ label, tier, ms }) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2" class="f-${tier ?? 'none'}"/></svg>${label} ${formatMs(ms)}</li>`,
  );
  const rows = waterfall.bars.map((bar) => ({
    cells: [bar.name, bar.tier ?? '–', bar.lane + 1, formatMs(bar.startMs), formatMs(bar.ms)],
  }));
  const columns = [
    { title: 'Phase' },
    { title: 'Tier' },
    { title: 'Lane' },
    { title: 'Begins at', figures: true },
    { title: 'Takes', figures: true },
  ];
  return section(
    'time',
    'Where the time went',
    html`<ul class="legend">${legend}</ul><div class="scroll">${drawWaterfall(waterfall)}</div>`,
    fold('The same as a table', table(undefined, columns, rows)),
  );
}

/** The drawing alone. Colours come from the page's style sheet (`f-…`). */
export function drawWaterfall({ totalMs, bars, ticks }: Waterfall): Markup {
  const height = TOP + bars.length * ROW + 6;
  const at = (part: number) => (LABELS + part * TRACK).toFixed(1);
  const scale = totalMs === 0 ? 1 : totalMs;
  return html`<svg class="fall" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Phases of the run on a time axis; the table below has the same data">
${ticks.map(
  (
    tick,
  ) => html`<line x1="${at(tick / scale)}" x2="${at(tick / scale)}" y1="${TOP - 6}" y2="${height - 4}"/><text class="soft" x="${at(tick / scale)}" y="14" text-anchor="middle">${tickLabel(tick)}</text>
`,
)}${bars.map((bar, index) => {
  const y = TOP + index * ROW;
  const width = Math.max(2, bar.width * TRACK);
  return html`<text x="0" y="${y + 13}">${shorten(bar.name, 28)}</text><rect class="f-${bar.tier ?? 'none'}" x="${at(bar.left)}" y="${y + 2}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="3"/><text class="soft" x="${(LABELS + bar.left * TRACK + width + 6).toFixed(1)}" y="${y + 13}">${formatMs(bar.ms)}</text>
`;
})}</svg>`;
}

function tickLabel(ms: number): string {
  return ms === 0 ? '0' : ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
