import { stripVTControlCharacters } from 'node:util';

/**
 * Log lines and messages come from untrusted programs. Terminal sequences, control characters (tab and newline stay),
 * marks that reorder text and half surrogates are removed, so that what is shown is what was said, in every format.
 */
export function plainText(text: string): string {
  return (
    stripVTControlCharacters(withoutCommands(text))
      .replace(/\r\n?/g, '\n')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '')
      .toWellFormed()
  );
}

/**
 * Commands to the terminal's own system, such as a title. Node's expression looks from each beginning for an end, in all that
 * follows: in a text of beginnings alone that is work without end. Ours looks no further than the next beginning.
 */
function withoutCommands(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/\u001b\][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)/g, '').replaceAll('\u001b]', '');
}

/** One line of it: newlines and runs of blanks become one blank. */
export function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim();
}

/** Cuts a text at `length` characters (code points) and marks the cut. */
export function shorten(text: string, length: number): string {
  const points = Array.from(text);
  return points.length <= length ? text : `${points.slice(0, Math.max(0, length - 1)).join('')}…`;
}

/** Breaks one line into lines of at most `width` characters, at blanks where there are any. Never empty. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    while (rest.length > width) {
      if (line !== '') lines.push(line);
      line = '';
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    if (line !== '' && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = rest;
    } else {
      line = line === '' ? rest : `${line} ${rest}`;
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}
