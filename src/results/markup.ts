import { plainText } from './plain-text.ts';

/** Text that is markup already; anything else is escaped when it enters a template. */
export interface Markup {
  readonly markup: string;
}

/** What a template takes: markup, text, lists of both; nothing is left out. */
export type Content = Markup | string | number | false | null | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes any text safe inside HTML, SVG and XML, in elements and in quoted attributes. */
export function escapeText(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A template for HTML, SVG and XML. Every value is escaped unless it is itself a template: hostile text stays text. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let markup = strings[0] ?? '';
  for (const [index, content] of contents.entries()) markup += toMarkup(content) + (strings[index + 1] ?? '');
  return { markup };
}

/** Markup from our own constants, such as a style sheet. Never for anything a recipe or a program said. */
export function trusted(markup: string): Markup {
  return { markup };
}

function toMarkup(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  if ('markup' in content) return content.markup;
  return content.map(toMarkup).join('');
}
