import { type Content, html, type Markup } from './markup.ts';
import type { RungStatus } from './schema.ts';
import { STATUS_WORDS } from './words.ts';

/** The shapes behind `icon`; once per page. */
export const ICON_SHAPES: Markup = html`<svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs>
<symbol id="i-pass" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M5.8 10.4l2.8 2.8 5.6-6" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-fail" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9.8" fill="currentColor"/><path d="M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4" stroke="var(--card)" stroke-width="2" stroke-linecap="round"/></symbol>
<symbol id="i-skip" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="3 2.6"/><path d="M6.4 10h7.2" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></symbol>
<symbol id="i-unver" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M7.6 7.8a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.8" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/><circle cx="10" cy="14.3" r="1.1" fill="currentColor"/></symbol>
</defs></svg>`;

/** A status as a shape (told apart without colour) and, for those who do not see it, as a word. */
export function icon(status: RungStatus): Markup {
  return html`<svg class="icon ${status}" role="img" aria-label="${STATUS_WORDS[status]}"><use href="#i-${status}"/></svg>`;
}

/** A part of the page with its heading. */
export function section(id: string, title: string, ...body: readonly Content[]): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${body}
</section>
`;
}

/** A part that opens on a click; on paper it is always open. */
export function fold(title: string, body: Content): Markup {
  return html`<details class="fold"><summary>${title}</summary>${body}</details>`;
}

/** Log or probe lines as they were; nothing when there are none. */
export function evidence(lines: readonly string[]): Markup | undefined {
  return lines.length === 0 ? undefined : html`<pre>${lines.join('\n')}</pre>`;
}

/** A column: its heading, and whether it holds figures. */
export interface Column {
  readonly title: string;
  readonly figures?: boolean;
}

/** A table row: the first cell names the row. */
export interface Row {
  readonly cells: readonly Content[];
  readonly sum?: boolean;
}

/** A table that scrolls by itself on a narrow screen. */
export function table(caption: string | undefined, columns: readonly Column[], rows: readonly Row[]): Markup {
  const figures = (index: number) => (columns[index]?.figures === true ? html` class="n"` : undefined);
  return html`<div class="scroll"><table>${caption === undefined ? undefined : html`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ title }, index) => html`<th scope="col"${figures(index)}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ({ cells, sum }) => html`<tr${sum === true ? html` class="sum"` : undefined}>${cells.map((cell, index) =>
    index === 0 ? html`<th scope="row">${cell}</th>` : html`<td${figures(index)}>${cell}</td>`,
  )}</tr>
`,
)}</tbody></table></div>`;
}
