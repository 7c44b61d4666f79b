import { describe, expect, test } from 'vitest';
import { readExpressions } from '../../tools/expressions/collect.ts';
import { judgeExpression, keyOf, repeatsNothing } from '../../tools/expressions/judge.ts';
import { checkExpressions, judgeCollected, readVerdicts } from '../../tools/expressions/verdicts.ts';
import { drawSample } from '../support/draw.ts';

const read = (text: string) => readExpressions('src/x.ts', text);

test('every expression of the code was judged to be linear, and no list is spread over a call', async () => {
  expect(await checkExpressions('.')).toEqual([]);
});

describe('the judge', () => {
  test.each([
    ['^(a+)+$', 'exponentially'],
    ['^(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|ms|s|m|h))+$', 'exponentially'],
    ['\\s+$', 'power 2'],
    ['^ {0,3}(?:`{3,}|~{3,}).*$', 'power 2'],
  ])('refuses %s', async (source, why) => {
    expect(await judgeExpression({ source, flags: '' })).toMatchObject({ problem: expect.stringContaining(why) });
  });

  test('still says the same of what was judged before', async () => {
    const short = [...(await readVerdicts('.'))].filter(([key, verdict]) => verdict === 'automaton' && key.length < 25);
    for (const [key] of drawSample(short, { suite: 'expressions', nameOf: ([name]) => name })) {
      const end = key.lastIndexOf('/');
      const judged = await judgeExpression({ source: key.slice(1, end), flags: key.slice(end + 1) });
      expect(judged, key).toEqual({ verdict: 'automaton' });
    }
  });
});

describe('what the check finds in a module', () => {
  test('an expression that nobody judged, with its place', () => {
    const found = read('const a = 1;\nexport const B = /(x+)+y/gi;\n');
    expect(found.expressions).toEqual([{ place: 'src/x.ts:2', source: '(x+)+y', flags: 'gi' }]);
    expect(judgeCollected(found, new Map())).toEqual([expect.stringContaining('src/x.ts:2: /(x+)+y/i was not judged')]);
    expect(judgeCollected(found, new Map([['/(x+)+y/i', 'automaton']]))).toEqual([]);
  });

  test('a verdict that belongs to nothing any more', () => {
    expect(judgeCollected(read(''), new Map([['/x+/', 'automaton']]))).toEqual([
      expect.stringContaining('/x+/ is nowhere in the code'),
    ]);
  });

  test('one that is made of constants and escaped names, as the shape it has', () => {
    const text =
      "const A = '[a-z]+';\nconst B = `${A}-${A}`;\nconst C = new RegExp(String.raw`^${B}\\s${RegExp.escape(f())}`, 'i');";
    expect(read(text)).toMatchObject({ problems: [], expressions: [{ source: '^[a-z]+-[a-z]+\\sname', flags: 'i' }] });
    expect(read('const A = /x+/y; const b = () => new RegExp(A);').problems).toEqual([]);
  });

  test.each([
    'new RegExp(text)',
    'new RegExp(`^${text}$`)',
    'new RegExp(make())',
    'list.push(...others)',
    'Math.max(0, ...others)',
    'String.fromCharCode(...others)',
  ])('and refuses %s', (text) => {
    expect(read(text).problems).toEqual([expect.stringMatching(/^src\/x\.ts:1: /)]);
  });
});

test('what repeats nothing needs no judge', () => {
  expect(['a|b?', '\\+\\*', '[a-z]x'].map((source) => repeatsNothing({ source }))).toEqual([true, true, true]);
  expect(['a+', 'a*', 'a{2}'].map((source) => repeatsNothing({ source }))).toEqual([false, false, false]);
  expect(keyOf({ source: 'a', flags: 'dgi' })).toBe('/a/i');
});
