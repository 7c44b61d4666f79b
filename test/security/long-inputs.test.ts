import { describe, expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { createMasker } from '../../src/base/mask.ts';
import { parseTap } from '../../src/custom/tap.ts';
import { parseRule, RuleError } from '../../src/edge/rules/parse.ts';
import { readCommand } from '../../src/forge/command.ts';
import { codeBlock, quote } from '../../src/forge/report/markdown.ts';
import { parseAbraSh } from '../../src/recipe/abra-sh.ts';
import { parseEnv } from '../../src/recipe/env.ts';
import { parseVersion } from '../../src/recipe/version.ts';
import { oneLine, plainText, wrap } from '../../src/results/plain-text.ts';
import { CONNECTION_LINES } from '../../src/swarm/causes/lines/connection-lines.ts';
import { matchLines } from '../../src/swarm/causes/lines/log-line.ts';
import { MIGRATION_LINES } from '../../src/swarm/causes/lines/migration-lines.ts';
import { NAME_LINES } from '../../src/swarm/causes/lines/name-lines.ts';

/** Long enough that work which grows with the square of it takes minutes, and the test its time limit. */
const LENGTH = 200_000;
const long = (part: string, end = '') => part.repeat(Math.ceil(LENGTH / part.length)) + end;

const INPUTS: readonly (readonly [string, string])[] = [
  ['one letter', long('a')],
  ['blanks before a letter', long(' ', 'x')],
  ['tabs and blanks', long('\t ', '!')],
  ['newlines', long('\n', 'x')],
  ['backquotes', long('`')],
  ['open fences', long('```\n')],
  ['quotes of quotes', long('>', ' !testme')],
  ['a command and blanks', `!testme${long(' ', 'x')}`],
  ['commands', long('!testme install ')],
  ['open brackets', long('(')],
  ['exclamation marks', long('!')],
  ['quotation marks', long('"')],
  ['backslashes', long('\\', 'n')],
  ['equals', long('A=')],
  ['a name without a value', `A=${long('"x ')}`],
  ['dollars and braces', long('${A:-', '}')],
  ['numbers and dots', long('1.')],
  ['numbers and pluses', long('1+')],
  ['colons and digits', long('db:5432 ')],
  ['half an error', long('connect ECONNREFUSED ')],
  ['half a connection', long('connection to server at "')],
  ['escape sequences', long('\u001b[')],
  ['operating system commands', long('\u001b]0;')],
  ['TAP without an end', long('ok 1 - # ')],
  ['not ok', long('not ok\n  ---\n')],
  ['half surrogates', long('\ud800')],
  ['here documents', long('cat <<EOF\n')],
  ['functions', long('f() {\n')],
  ['exports', long('export A=v1 #')],
];

const MASKER = createMasker();
MASKER.add(['aaaaaaaaab', '`````````x', '          !']);

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a comment': readCommand,
  '.env.sample': parseEnv,
  'abra.sh': parseAbraSh,
  'a version': parseVersion,
  'a TAP stream': parseTap,
  'a rule of a router': parseRule,
  'lines about connections': (text) => matchLines(text.split('\n'), CONNECTION_LINES),
  'lines about migrations': (text) => matchLines(text.split('\n'), MIGRATION_LINES),
  'lines about names': (text) => matchLines(text.split('\n'), NAME_LINES),
  'text for a terminal': (text) => [plainText(text), wrap(oneLine(text), 80)],
  'text for a comment': (text) => [quote(text), codeBlock([text])],
  'what is masked': (text) => MASKER.mask(text),
};

describe.each(Object.entries(READERS))('%s', (_, read) => {
  test.each(INPUTS)('is read to its end or refused, however long: %s', (_name, text) => {
    try {
      read(text);
    } catch (error: unknown) {
      expect(error instanceof CodedError || error instanceof RuleError, String(error)).toBe(true);
    }
  });
});
