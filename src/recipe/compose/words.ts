/**
 * Splits a command line into words as Docker does for `command` and `entrypoint`: quotes and backslashes are honoured, a
 * word that starts with `#` begins a comment to the end of the line, nothing is expanded. Undefined when a quote or a
 * backslash is left open.
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  const characters = Array.from(text);
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    if (character === '\\' && quote !== "'") {
      index += 1;
      const next = characters[index];
      if (next === undefined) return undefined;
      word = (word ?? '') + next;
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (' \t\r\n'.includes(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      while (index < characters.length && characters[index] !== '\n') index += 1;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
