import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, codeBlock, quote } from '../../../src/forge/report/markdown.ts';

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<!-- cc-ci:report -->',
        '@ada',
        '#12',
        '!12',
        '![x](',
        'https://evil.test/',
        '`',
        '```',
        '|',
        '\n',
        '\\',
        '<img src=x>',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));
/** What is left of a text once everything that stands behind a backslash is taken for what it is. */
const unescaped = (text: string) => text.replace(/\\[!-/:-@[-`{-~]/g, '');

describe('text of others in a report', () => {
  test('makes no markup, mention, reference, link, image or comment, and stays on its line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const said = quote(text);
        expect(unescaped(said)).not.toMatch(/[<>`*_[\]|&!$~\n\r]/);
        expect(said).not.toMatch(/@(?!\u2060)|#(?!\u2060)|!\d|:\/\/|www\./i);
        expect(said.length).toBeLessThan(1000);
      }),
    );
  });

  test('reads as it was said', () => {
    expect(quote('app: exit 1, see /var/log')).toBe('app: exit 1, see /var/log');
    expect(quote('a*b <c> @d #1 http://e')).toBe('a\\*b \\<c\\> @\u2060d \\#\u20601 http:\u2060//e');
  });

  test('does not end a block of code', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 5 }), (lines) => {
        const [first = '', ...rest] = codeBlock(lines).split('\n');
        const fence = first.replace('text', '');
        expect(fence).toMatch(/^`{3,}$/);
        expect(rest.at(-1)).toBe(fence);
        for (const line of rest.slice(0, -1)) expect(line).not.toContain(fence);
      }),
    );
    expect(code('a`b\nc')).toBe('`ab c`');
  });
});
