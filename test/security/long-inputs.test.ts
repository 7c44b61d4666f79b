import { describe, expect, test } from 'vitest';
import { readLines, readPairs } from '../../src/backup/canaries/query.ts';
import { readPathList, readSwitch } from '../../src/backup/label-values.ts';
import { CodedError } from '../../src/base/errors.ts';
import { createMasker } from '../../src/base/mask.ts';
import { parseTap } from '../../src/custom/tap.ts';
import { parseSockets } from '../../src/edge/causes/sockets.ts';
import { explainRoute } from '../../src/edge/explain.ts';
import { claimOfRule } from '../../src/edge/rules/hosts.ts';
import { parseRule, RuleError } from '../../src/edge/rules/parse.ts';
import { readCommand } from '../../src/forge/command.ts';
import { codeBlock, quote } from '../../src/forge/report/markdown.ts';
import { parseAbraSh } from '../../src/recipe/abra-sh.ts';
import { readDocument } from '../../src/recipe/compose/document.ts';
import { parseEnvFile } from '../../src/recipe/compose/env-file.ts';
import { parseMount } from '../../src/recipe/compose/mounts.ts';
import { parsePorts } from '../../src/recipe/compose/ports.ts';
import { resolvePlain } from '../../src/recipe/compose/scalar.ts';
import { substitute, variablesIn } from '../../src/recipe/compose/template.ts';
import { parseBytes, parseDuration } from '../../src/recipe/compose/units.ts';
import { splitWords } from '../../src/recipe/compose/words.ts';
import { editEnv, parseEnv } from '../../src/recipe/env.ts';
import { isRemote, parseRemote } from '../../src/recipe/git/remote.ts';
import { parseMetadata } from '../../src/recipe/metadata.ts';
import { parseVersion } from '../../src/recipe/version.ts';
import { oneLine, plainText, wrap } from '../../src/results/plain-text.ts';
import { CONNECTION_LINES } from '../../src/swarm/causes/lines/connection-lines.ts';
import { matchLines } from '../../src/swarm/causes/lines/log-line.ts';
import { MIGRATION_LINES } from '../../src/swarm/causes/lines/migration-lines.ts';
import { NAME_LINES } from '../../src/swarm/causes/lines/name-lines.ts';
import { findBrokenMigration } from '../../src/swarm/causes/migration-failed.ts';
import { stackWith } from '../edge/support/stack.ts';

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
  ['tildes and a line separator', long('~', '\u2028')],
  ['digits and another character', long('1', 'x')],
  ['zeros before a digit', long('0', '1')],
  ['an option with a quote', long('#A="\n')],
  ['empty values with a comment', long('A= #\n')],
  ['a variable in itself', long('A=$A$A\n')],
  ['comments of HTML', long('<!-- metadata -->')],
  ['fields', long('* **')],
  ['slashes', long('/', 'x')],
  ['lists in lists', long('[')],
  ['lists in lists that are closed', '['.repeat(LENGTH / 2) + ']'.repeat(LENGTH / 2)],
  ['few lists in lists that are closed', '['.repeat(3000) + ']'.repeat(3000)],
  ['mappings in mappings that are closed', '{a: '.repeat(1500) + '}'.repeat(1500)],
  ['indented lists', Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}-\n`).join('')],
  ['mappings in mappings', long('a: {')],
  ['anchors', long('&a ')],
  ['braces with a colon', long('{a:')],
  ['tabs of a path', long('/a\t')],
];

function explainLabels(labels: Readonly<Record<string, string>>): unknown {
  return [explainRoute(stackWith(labels), 'v2'), explainRoute(stackWith(labels), 'v3')];
}

const MASKER = createMasker();
MASKER.add(['aaaaaaaaab', '`````````x', '          !']);

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a comment': readCommand,
  '.env.sample': parseEnv,
  'abra.sh': parseAbraSh,
  'a version': parseVersion,
  'metadata of a README': parseMetadata,
  'the address of a repository': (text) => isRemote(text) && parseRemote(text),
  'a stack file': (text) => readDocument(text, 'compose.yml'),
  'an env file of a stack': (text) => parseEnvFile(text, () => undefined),
  'values of a stack file': (text) => [
    resolvePlain(text),
    parseDuration(text),
    parseBytes(text),
    parsePorts(text),
    parseMount(text),
    splitWords(text),
  ],
  'variables in a stack file': (text) => [substitute(text, () => 'x'), variablesIn(text)],
  'an env that is edited': (text) => editEnv(text, { A: text, B: 'x' }),
  'paths and switches of labels': (text) => [readPathList(text), readSwitch(text)],
  'sockets of a container': parseSockets,
  'the help of an expression of a label': (text) => explainLabels({ 'traefik.enable': 'true', [text]: text }),
  'a rule that claims hosts': (text) => claimOfRule(parseRule(`HostRegexp(\`${text.replaceAll('`', '')}\`)`), 'v3'),
  'lines in which a migration broke': (text) => findBrokenMigration(text.split('\n')),
  'what canaries answered': (text) => [readPairs(text), readLines(text)],
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
