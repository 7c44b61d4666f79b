import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editEnv, envValues, parseEnv } from '../../src/recipe/env.ts';
import { scanEnv } from '../../src/recipe/env-scan.ts';

const values = (text: string) => envValues(parseEnv(text));

describe('parseEnv', () => {
  it('reads plain, quoted, empty and exported values', () => {
    const text = `A=1\nB='two $A'\nC="three $A \${B}"\nD=\nexport E=5\nF: 6\n`;
    expect(values(text)).toEqual({ A: '1', B: 'two $A', C: 'three 1 two $A', D: '', E: '5', F: '6' });
  });

  it('keeps a # inside a value and takes the last white space and # as the comment', () => {
    expect(values('URL=https://x/#top\nA=x # y # z\nB=a#b # c\nC=#d')).toEqual({
      URL: 'https://x/#top',
      A: 'x # y',
      B: 'a#b',
      C: '#d',
    });
  });

  it('reads an empty value in front of a comment as empty', () => {
    expect(values('A=   # later\nB= # length=3\n')).toEqual({ A: '', B: '' });
  });

  it('reads modifiers behind plain and quoted values', () => {
    const { entries } = parseEnv(
      `A=v1 # length=64 charset=hex\nB="v1"   # generate=false prose length=none\nC=v1 # length\n`,
    );
    expect(entries.map((entry) => entry.modifiers)).toEqual([{ length: 64, charset: 'hex' }, { generate: false }, {}]);
  });

  it('appends to a key that refers to itself', () => {
    const text = `COMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="$COMPOSE_FILE:compose.db.yml"\n#COMPOSE_FILE="$COMPOSE_FILE:compose.x.yml"\n`;
    expect(values(text)['COMPOSE_FILE']).toBe('compose.yml:compose.db.yml');
    expect(parseEnv(text).optional).toEqual([
      { key: 'COMPOSE_FILE', value: 'compose.yml:compose.db.yml:compose.x.yml', modifiers: {}, line: 3 },
    ]);
  });

  it('takes CRLF, no final newline, and quoted values over several lines', () => {
    const { entries } = parseEnv(`A=1\r\nB="x\r\ny" # note\r\nC='z'`);
    expect(entries.map(({ key, value, line }) => [key, value, line])).toEqual([
      ['A', '1', 1],
      ['B', 'x\ny', 2],
      ['C', 'z', 4],
    ]);
  });

  it('keeps backticks and commas of a quoted value, and expands nothing in single quotes', () => {
    expect(values("EXTRA_DOMAINS=', `www.$DOMAIN`'")).toEqual({ EXTRA_DOMAINS: ', `www.$DOMAIN`' });
  });

  it('expands a variable that is not known to nothing, and keeps what is escaped', () => {
    expect(values(String.raw`A=[$NONE]` + '\n' + String.raw`B="\$A \"q\" \\ \n"` + '\n' + String.raw`C=\$A`)).toEqual({
      A: '[]',
      B: '$A "q" \\ \n',
      C: '$A',
    });
  });

  it.each([
    ['just words', 1, 1],
    ['A=1\n  ?', 2, 3],
    ['A="open', 1, 3],
    ['A="x" y', 1, 3],
  ])('refuses %j with line and column', (text, line, column) => {
    expect(() => parseEnv(text)).toThrow(
      expect.objectContaining({ code: 'E_ENV_SYNTAX', where: { file: '.env.sample', line, column } }),
    );
  });
});

const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
const anyText = fc.string({ unit: fc.constantFrom(...Array.from('ab =#$"\'\\\n\r\t:{}`,\u00a0é')) });
const line = fc.oneof(
  fc.constant(''),
  fc.stringMatching(/^# [a-z =#]{0,12}$/),
  fc.tuple(key, fc.stringMatching(/^[a-z0-9/:.#]{0,8}$/)).map(([k, v]) => `${k}=${v}`),
  fc.tuple(key, fc.stringMatching(/^[a-z ]{0,8}$/)).map(([k, v]) => `export ${k}="${v}" # length=3 # more`),
  fc.tuple(key, fc.stringMatching(/^[a-z $]{0,8}$/)).map(([k, v]) => `  ${k} = '${v}'# note`),
  fc.tuple(key, key).map(([k, other]) => `#${k}=$${other}`),
);
const envText = fc
  .tuple(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, lineBreak, final]) => lines.join(lineBreak) + (final ? lineBreak : ''));

describe('editEnv', () => {
  it('keeps the comment, the modifiers and every other line', () => {
    expect(editEnv('# a\r\nX=v1   # length=8\r\nY=2', { X: 'v2', Z: '3' })).toBe(
      '# a\r\nX=v2   # length=8\r\nY=2\r\nZ=3\r\n',
    );
  });

  it('does not glue a new setting to a last comment without a line break', () => {
    expect(editEnv('A=1\n# the end', { B: '2' })).toBe('A=1\n# the end\nB=2\n');
  });

  it.each([
    ['A= # length=3 # note', "A='v' # length=3 # note"],
    ['A="a"# note', "A='v'# note"],
    ['A=a # note', 'A=v # note'],
  ])('keeps the comment of %j a comment', (text, expected) => {
    expect(editEnv(text, { A: 'v' })).toBe(expected);
    expect(values(expected)).toEqual({ A: 'v' });
  });

  it('refuses what is no name', () => {
    expect(() => editEnv('', { 'A B': '1' })).toThrow(expect.objectContaining({ code: 'E_ENV_KEY' }));
  });

  it('sets any value so that reading gives it back, and leaves all other keys their values', () => {
    fc.assert(
      fc.property(envText, key, anyText, (text, name, value) => {
        const before = parseEnv(text);
        const after = parseEnv(editEnv(text, { [name]: value }));
        expect(envValues(after)[name]).toBe(value);
        const others = (file: typeof before) => file.entries.filter((entry) => entry.key !== name);
        const withoutLines = (file: typeof before) => others(file).map((entry) => ({ ...entry, line: 0 }));
        expect(withoutLines(after)).toEqual(withoutLines(before));
        expect(after.optional.map((entry) => entry.key)).toEqual(before.optional.map((entry) => entry.key));
      }),
      { numRuns: 500 },
    );
  });

  it('touches one line at most, and none when the value is set again', () => {
    fc.assert(
      fc.property(envText, key, anyText, (text, name, value) => {
        const once = editEnv(text, { [name]: value });
        expect(editEnv(once, { [name]: value })).toBe(once);
        const old = text.split(/\r\n|\n|\r/);
        const now = once.split(/\r\n|\n|\r/);
        const changed = old.filter((each, index) => now[index] !== each);
        expect(changed.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('finds statements whose spans are the very bytes of the text', () => {
    fc.assert(
      fc.property(envText, (text) => {
        let rest = '';
        let from = 0;
        for (const { start, end } of scanEnv(text)) {
          rest += text.slice(from, start) + text.slice(start, end);
          expect(start).toBeGreaterThanOrEqual(from);
          from = end;
        }
        expect(rest + text.slice(from)).toBe(parseEnv(text).text);
      }),
    );
  });
});
