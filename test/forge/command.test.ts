import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommand } from '../../src/forge/command.ts';

const command = (body: string) => {
  const reading = readCommand(body);
  return reading.kind === 'command' ? reading.command : reading.kind;
};

describe('a command', () => {
  test.each([
    ['!testme', { verb: 'test', tiers: 'all', base: undefined, diagnose: true }],
    ['!testme  \r\n', { verb: 'test', tiers: 'all', base: undefined, diagnose: true }],
    [
      'Thanks!\n\n  !testme install lint install',
      { verb: 'test', tiers: ['install', 'lint'], base: undefined, diagnose: true },
    ],
    ['!testme --base 1.2.0+3.4', { verb: 'test', tiers: 'all', base: '1.2.0+3.4', diagnose: true }],
    ['!testme upgrade --base=main', { verb: 'test', tiers: ['upgrade'], base: 'main', diagnose: true }],
    ['!testme --quick', { verb: 'quick' }],
    ['!testme cancel', { verb: 'cancel' }],
    ['!testme why', { verb: 'why' }],
    ['!testme hold', { verb: 'hold' }],
    ['!testme --no-diagnose', { verb: 'test', tiers: 'all', base: undefined, diagnose: false }],
    ['!testme approve', { verb: 'approve', sha: undefined }],
    ['!testme approve 0123abc', { verb: 'approve', sha: '0123abc' }],
    ['!testme help', { verb: 'help' }],
    ['<!-- one\n--><!-- two --> !testme<!-- three --> help', { verb: 'help' }],
  ])('is read from %j', (body, expected) => {
    expect(command(body)).toEqual(expected);
  });

  test.each([
    '',
    '!testmexyz',
    '!testme foo',
    '!testme, please',
    'please !testme',
    '! testme',
    '!TESTME',
    '!testme why does it fail?',
    '!testme approve this',
    '> !testme',
    '    !testme',
    '\t!testme',
    '```\n!testme\n```',
    '~~~sh\n!testme\n```\n~~~',
    '````\n```\n!testme\n````',
    '```\n!testme',
    '<!-- !testme -->',
    '<!--\n!testme\n-->',
    '<!--\n!testme',
    '`!testme`',
  ])('is not read from %j', (body) => {
    expect(command(body)).toBe('nothing');
  });

  test('counts again after the code block has ended', () => {
    expect(command('```\nlog\n```\n!testme')).toMatchObject({ verb: 'test' });
    expect(command('```not a fence```\n!testme')).toMatchObject({ verb: 'test' });
  });

  test.each([
    ['!testme --fast', '--fast'],
    ['!testme --base', '--base'],
    ['!testme --base --quick', '--base'],
    ['!testme --base ../../etc', '--base'],
    ['!testme --base a --base b', 'twice'],
    ['!testme --quick install', '--quick'],
    ['!testme cancel --all', '--all'],
    ['!testme\n!testme cancel', 'one command'],
  ])('of ours that is wrong is told so: %j', (body, problem) => {
    expect(readCommand(body)).toEqual({ kind: 'malformed', problem: expect.stringContaining(problem) });
  });

  test('of nobody is read from text that does not name it, and reading never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        if (!text.includes('!testme')) expect(readCommand(text)).toEqual({ kind: 'nothing' });
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('!testme', '```', '~~~', '> ', '\n', ' ', '--base', 'why', '<!--', '-->'), {
          maxLength: 30,
        }),
        (parts) => {
          expect(['nothing', 'command', 'malformed']).toContain(readCommand(parts.join('')).kind);
        },
      ),
    );
  });

  test('in a quotation is never one, whatever else the quotation holds', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('!testme', '!testme cancel', 'text', ''), { maxLength: 8 }), (lines) => {
        expect(readCommand(lines.map((line) => `> ${line}`).join('\n'))).toEqual({ kind: 'nothing' });
      }),
    );
  });
});
