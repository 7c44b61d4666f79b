import { largest } from '../base/lists.ts';
import { type Ink, plainLine, span } from './ink.ts';
import { html } from './markup.ts';
import { layOutText } from './report-text.ts';
import type { RunResults } from './schema.ts';

const FILLS: Readonly<Record<Ink, string>> = {
  plain: '#e6edf3',
  strong: '#ffffff',
  dim: '#9aa4af',
  pass: '#56d364',
  fail: '#ff7b72',
  skip: '#79c0ff',
  unver: '#e3b341',
  accent: '#d2a8ff',
};
const LINE = 20;
const CHARACTER = 8.43;

/** A picture (SVG) of the terminal at the end of a run, after the command that started it. */
export function renderPicture(results: RunResults, command: string): string {
  const lines = [[span('$ ', 'dim'), span(command, 'strong')], [], ...layOutText(results)];
  const columns = largest(lines.map((line) => plainLine(line).length));
  const width = Math.ceil(columns * CHARACTER) + 48;
  const height = lines.length * LINE + 64;
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A finished run in a terminal">
<title>A finished run in a terminal</title>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
<g fill="#30363d"><circle cx="24" cy="22" r="6"/><circle cx="44" cy="22" r="6"/><circle cx="64" cy="22" r="6"/></g>
<g font-family="ui-monospace,SFMono-Regular,Menlo,DejaVu Sans Mono,monospace" font-size="14" style="white-space:pre">
${lines.map((line, row) => {
  let column = 0;
  return line.map(({ text, ink }) => {
    const x = 24 + column * CHARACTER;
    column += text.length;
    const weight = ink === 'strong' ? html` font-weight="700"` : undefined;
    if (text.trim() === '') return undefined;
    return html`<text xml:space="preserve" x="${x.toFixed(1)}" y="${56 + row * LINE}" fill="${FILLS[ink]}" textLength="${(text.length * CHARACTER).toFixed(1)}"${weight}>${text}</text>\n`;
  });
})}</g>
</svg>`.markup
  }\n`;
}
