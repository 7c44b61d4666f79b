import { CodedError } from '../base/errors.ts';
import { type EnvStatement, holdsComment, scanEnv, trimSpaces } from './env-scan.ts';
import type { EnvEntry, EnvFile, Modifiers } from './types.ts';

/** All values together, variables filled in: `A=$B$B` doubles with every line. */
const MOST_CHARACTERS = 1_048_576;

/**
 * Reads an env text: values in order, with `$KEY` of earlier lines filled in (not in single quotes), and the options that
 * are switched off. A line that cannot be read is `E_ENV_SYNTAX`. `file` is only for messages.
 */
export function parseEnv(text: string, file = '.env.sample'): EnvFile {
  const known = new Map<string, string>();
  const entries: EnvEntry[] = [];
  const optional: EnvEntry[] = [];
  let left = MOST_CHARACTERS;
  for (const statement of scanEnv(text, file)) {
    const value = decodeValue(text.slice(statement.start, statement.end), statement.quote, known, left);
    if (value === undefined) throw tooLong(file, statement);
    left -= value.length;
    const entry = { key: statement.key, value, modifiers: parseModifiers(statement.comment), line: statement.line };
    if (statement.optional) {
      optional.push(entry);
      continue;
    }
    entries.push(entry);
    known.set(entry.key, value);
  }
  return { text, entries, optional };
}

function tooLong(file: string, { key, line }: EnvStatement): CodedError {
  return new CodedError({
    code: 'E_ENV_SYNTAX',
    message: `with ${key} the values are longer than ${MOST_CHARACTERS} characters, variables filled in`,
    fault: 'recipe',
    where: { file, line, key },
    hint: 'let values not hold each other again and again',
  });
}

/** The values by key; the last line of a key wins. */
export function envValues(file: EnvFile): Record<string, string> {
  return Object.fromEntries(file.entries.map(({ key, value }) => [key, value]));
}

/**
 * Sets keys and keeps every other byte: the last line of a key gets the new value, its comment stays; a new key gets a
 * line of its own at the end, also where the text does not end with a line break.
 */
export function editEnv(text: string, values: Readonly<Record<string, string>>): string {
  const statements = new Map(scanEnv(text).flatMap((each) => (each.optional ? [] : [[each.key, each] as const])));
  const replaced = new Map<number, readonly [EnvStatement, string]>();
  const added: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    checkKey(key);
    const statement = statements.get(key);
    if (statement === undefined) added.push(`${key}=${writeValue(value, false)}`);
    else replaced.set(statement.start, [statement, writeValue(value, bordersComment(text, statement))]);
  }
  let edited = '';
  let end = 0;
  for (const [start, [statement, written]] of [...replaced].sort(([one], [other]) => one - other)) {
    edited += text.slice(end, start) + written;
    end = statement.end;
  }
  edited += text.slice(end);
  if (added.length === 0) return edited;
  const lineBreak = /\r\n|\n|\r/.exec(edited)?.[0] ?? '\n';
  const glue = edited === '' || /[\r\n]$/.test(edited) ? '' : lineBreak;
  return `${edited}${glue}${added.map((line) => line + lineBreak).join('')}`;
}

function checkKey(key: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_.]*$/.test(key)) return;
  throw new CodedError({
    code: 'E_ENV_KEY',
    message: `${JSON.stringify(key)} is no name of a variable`,
    fault: 'usage',
  });
}

/** True when an unquoted value would swallow a part of the comment behind it. */
function bordersComment(text: string, statement: EnvStatement): boolean {
  return text[statement.end] === '#' || holdsComment(statement.comment);
}

function writeValue(value: string, quoted: boolean): string {
  const plain = !quoted && !/[\r\n$]|^["'#]/.test(value) && !holdsComment(value) && trimSpaces(value) === value;
  if (plain) return value;
  if (!/[\r\n'\\]/.test(value)) return `'${value}'`;
  const escaped = value.replaceAll(/["\\$]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
  return `"${escaped.replaceAll('\r', String.raw`\r`)}"`;
}

const REFERENCE = /\\\$|\$\{(?<braced>[A-Z0-9_]+)\}|\$(?<bare>[A-Z0-9_]+)/g;
/** As above, with the escapes of double quotes. */
const QUOTED_REFERENCE = /\\(?<escape>[\s\S])|\$\{(?<braced>[A-Z0-9_]+)\}|\$(?<bare>[A-Z0-9_]+)/g;

/** The value as it is meant; undefined when it is longer than `most`. */
function decodeValue(
  raw: string,
  quote: EnvStatement['quote'],
  known: ReadonlyMap<string, string>,
  most: number,
): string | undefined {
  const inner = quote === undefined ? raw : raw.slice(1, -1).replaceAll('\r\n', '\n');
  if (quote === "'") return inner.length > most ? undefined : inner;
  let value = '';
  let end = 0;
  for (const match of inner.matchAll(quote === undefined ? REFERENCE : QUOTED_REFERENCE)) {
    const { braced, bare, escape = '$' } = match.groups ?? {};
    const name = braced ?? bare;
    value += inner.slice(end, match.index);
    value += name !== undefined ? (known.get(name) ?? '') : escape === 'n' ? '\n' : escape === 'r' ? '\r' : escape;
    end = match.index + match[0].length;
    if (value.length > most) return undefined;
  }
  value += inner.slice(end);
  return value.length > most ? undefined : value;
}

function parseModifiers(comment: string): Modifiers {
  const modifiers: { length?: number; charset?: string; generate?: boolean } = {};
  for (const word of comment.split(/\s+/)) {
    const [name, value] = word.split('=', 2);
    if (value === undefined || value === '') continue;
    if (name === 'length' && /^\d{1,4}$/.test(value) && Number(value) > 0) modifiers.length = Number(value);
    if (name === 'charset') modifiers.charset = value;
    if (name === 'generate') modifiers.generate = value !== 'false';
  }
  return modifiers;
}
