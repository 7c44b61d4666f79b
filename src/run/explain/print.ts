import { oneLine, wrap } from '../../results/plain-text.ts';
import type { Explanation } from './explain.ts';

/** The explanation as plain text, wrapped at a width in characters. */
export function printExplanation({ sections }: Pick<Explanation, 'sections'>, width: number): string {
  const printed = sections.map(({ title, paragraphs }) => {
    const lines = paragraphs.flatMap(({ lead, text }) => {
      const room = Math.max(20, width - lead.length);
      return wrap(oneLine(text), room).map((line, index) => `${index === 0 ? lead : ' '.repeat(lead.length)}${line}`);
    });
    return [...wrap(oneLine(title), width), ...lines].map((line) => line.trimEnd()).join('\n');
  });
  return printed.join('\n\n');
}
