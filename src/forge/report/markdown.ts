import { oneLine, plainText, shorten } from '../../results/plain-text.ts';

/** Shown nowhere, and takes a name, number or address apart for whoever looks for one. */
const JOINER = '\u2060';

/**
 * Text of a recipe, a log or a person as one line of Markdown that only says it: nothing in it becomes markup, a mention, a
 * reference to an issue, a link, an image or a comment of HTML. At most `length` characters of it.
 */
export function quote(text: string, length = 300): string {
  return shorten(oneLine(text).replaceAll(JOINER, ''), length)
    .replace(/[\\`*_{}[\]()<>#|~&!$^=+]/g, String.raw`\$&`)
    .replace(/@|#|!(?=\d)|:(?=\/\/)|\bwww(?=\.)/gi, `$&${JOINER}`);
}

/** Lines as a block of code that nothing in them can end. */
export function codeBlock(lines: readonly string[], width = 200): string {
  const text = lines.map((line) => shorten(oneLine(line), width)).join('\n');
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** A name of ours, such as a commit or a command, as code. */
export function code(text: string): string {
  return `\`${plainText(text).replaceAll('`', '').replace(/\s+/g, ' ')}\``;
}
