import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText, html, trusted } from '../../src/results/markup.ts';
import { oneLine, plainText, shorten, wrap } from '../../src/results/plain-text.ts';
import { elementsOf } from './well-formed.ts';

const hostile = fc.string({ unit: 'binary' });

describe('html', () => {
  it('escapes whatever is not markup, in elements and attributes', () => {
    const name = `<script>alert("1" & '2')</script>`;
    expect(html`<p title="${name}">${name}</p>`.markup).toBe(
      `<p title="&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;">&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;</p>`,
    );
  });

  it('keeps templates, lists and trusted constants as they are, and leaves nothing out as nothing', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${null}${undefined}${false}${0}${trusted('<br>')}`.markup).toBe(
      '<ul><li>a</li><li>&lt;b&gt;</li></ul>0<br>',
    );
  });

  it('stays well-formed whatever text it is given', () => {
    fc.assert(
      fc.property(hostile, hostile, (attribute, text) => {
        expect(elementsOf(html`<a b="${attribute}">${text}</a>`.markup)).toEqual(['a']);
      }),
    );
  });
});

describe('escapeText', () => {
  it('lets no character through that XML forbids', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        // oxlint-disable-next-line no-control-regex
        expect(escapeText(text)).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[<>"']/);
        expect(escapeText(text).isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('plainText', () => {
  it('removes terminal sequences and marks that reorder text, and keeps tabs and lines', () => {
    expect(plainText('\u001b[31mred\u001b[0m\r\nnext\tline \u202eevil\u2066\u0007')).toBe('red\nnext\tline evil');
    expect(plainText('\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007')).toBe('link');
  });

  it('makes one line of many', () => {
    expect(oneLine('  a\n b\t\tc ')).toBe('a b c');
  });

  it('shortens by characters, not by halves of them', () => {
    expect(shorten('abc', 3)).toBe('abc');
    expect(shorten('🜁🜂🜃🜄', 3)).toBe('🜁🜂…');
  });
});

describe('wrap', () => {
  it('keeps every character but blanks, and every line within the width', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme-ascii' })), fc.integer({ min: 1, max: 30 }), (words, width) => {
        const text = words.join(' ');
        const lines = wrap(text, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
