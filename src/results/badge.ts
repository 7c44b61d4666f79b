import { levelColour, NEUTRAL_COLOUR } from './colours.ts';
import { html } from './markup.ts';
import type { RunResults } from './schema.ts';
import { publicLevel } from './words.ts';

/** The parts of a badge: a dark label, and a value on a colour. */
export interface BadgeParts {
  readonly label: string;
  readonly value: string;
  readonly colour: string;
}

/** What the badge of a run says: the level's number and colour, or why there is none. */
export function badgeOf(results: Pick<RunResults, 'level' | 'verdict' | 'partial'>): BadgeParts {
  const level = publicLevel(results);
  if (level !== undefined) return { label: 'cc-ci', value: `level ${level}`, colour: levelColour(level) };
  return { label: 'cc-ci', value: results.partial ? 'partial run' : 'unknown', colour: NEUTRAL_COLOUR };
}

/** The badge of a run as SVG. The same results give the same bytes. */
export function renderBadge(results: Pick<RunResults, 'level' | 'verdict' | 'partial'>): string {
  return drawBadge(badgeOf(results));
}

/** Draws a badge; the text keeps its place whatever font the reader has, as its length is fixed. */
export function drawBadge({ label, value, colour }: BadgeParts): string {
  const left = textWidth(label);
  const right = textWidth(value);
  const split = left + 12;
  const width = split + right + 12;
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" viewBox="0 0 ${width} 20" role="img" aria-label="${label}: ${value}">
<title>${label}: ${value}</title>
<rect width="${width}" height="20" rx="4" fill="#24292f"/><path d="M${split} 0h${right + 8}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-${right + 8}z" fill="${colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
<text x="6" y="14" textLength="${left}">${label}</text>
<text x="${split + 6}" y="14" textLength="${right}">${value}</text>
</g>
</svg>`.markup
  }\n`;
}

/** About the width of a text in Verdana at 11 px. */
function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/[ilj.,:;'|! ]/.test(character)) width += 3.4;
    else if (/[cfrst-]/.test(character)) width += 5.2;
    else width += /[mwMW]/.test(character) ? 10 : 6.8;
  }
  return Math.ceil(width);
}
