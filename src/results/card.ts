import { formatMs } from '../base/text.ts';
import { levelColour } from './colours.ts';
import { html, type Markup } from './markup.ts';
import { oneLine, shorten, wrap } from './plain-text.ts';
import type { Rung, RungStatus, RunResults } from './schema.ts';
import { publicLevel, STATUS_WORDS, shortCommit, VERDICT_WORDS } from './words.ts';

const INK: Readonly<Record<RungStatus, string>> = {
  pass: '#1a7a36',
  fail: '#b3261e',
  skip: '#59636e',
  unver: '#9a5b00',
};
const WIDTH = 720;

/** A summary of a run as one small picture (SVG) for a pull request comment: recipe, level, verdict and each tier. */
export function renderCard(results: RunResults): string {
  const sentence = clip(wrap(oneLine(results.sentence), 84), 3);
  const ladderTop = 112 + sentence.length * 20;
  const height = ladderTop + results.rungs.length * 28 + 20;
  const level = publicLevel(results);
  const colour = levelColour(level);
  const title = `${oneLine(results.recipe.name)} ${oneLine(results.recipe.version)}`;
  const label = level === undefined ? `${VERDICT_WORDS[results.verdict]}, no level` : `level ${level} of 5`;
  const facts = `commit ${shortCommit(results.recipe.commit)} · ${formatMs(results.ms)} · ${results.startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}: ${label}">
<title>${title}: ${label}</title>
<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10" fill="#fff" stroke="#d0d7de"/>
<g font-family="system-ui,-apple-system,Segoe UI,Roboto,DejaVu Sans,sans-serif" fill="#1f2328" font-size="14">
<text x="28" y="46" font-size="22" font-weight="600">${shorten(title, 42)}</text>
<text x="28" y="70" fill="#59636e" font-size="13">${facts}</text>
<rect x="${WIDTH - 104}" y="22" width="76" height="60" rx="8" fill="${colour}"/>
<text x="${WIDTH - 66}" y="58" text-anchor="middle" font-size="30" font-weight="700" fill="#fff">${level ?? '–'}</text>
<text x="${WIDTH - 66}" y="75" text-anchor="middle" font-size="11" fill="#fff">${level === undefined ? 'no level' : 'of 5'}</text>
${sentence.map((line, index) => html`<text x="28" y="${106 + index * 20}">${line}</text>\n`)}${results.rungs.map((rung, index) => drawRung(rung, ladderTop + index * 28))}</g>
</svg>`.markup
  }\n`;
}

function drawRung(rung: Rung, top: number): Markup {
  return html`<line x1="28" x2="${WIDTH - 28}" y1="${top}" y2="${top}" stroke="#eaeef2"/>
<text x="28" y="${top + 19}" fill="#59636e" font-size="12">${rung.level}</text>
<text x="48" y="${top + 19}" font-weight="600">${rung.tier}</text>
<text x="140" y="${top + 19}" fill="${INK[rung.status]}" font-weight="600">${STATUS_WORDS[rung.status]}</text>
<text x="232" y="${top + 19}" fill="#59636e" font-size="13">${shorten(oneLine(rung.sentence), 64)}</text>
`;
}

function clip(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most - 1), `${lines[most - 1] ?? ''} …`];
}
