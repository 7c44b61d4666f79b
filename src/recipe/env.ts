import { CodedError } from '../base/errors.ts';
import { type EnvStatement, holdsComment, scanEnv, trimSpaces } from './env-scan.ts';
import type { EnvEntry, EnvFile, Modifiers } from './types.ts';

/**
 * Reads an env text: values in order, with `$KEY` of earlier lines filled in (not in single quotes), and the options that
 * are switched off. A line that cannot be read is `E_ENV_SYNTAX`. `file` is only for messages.
 */
export function parseEnv(text: string, file = '.env.sample'): EnvFile {
  const known = new Map<string, string>();
  const entries: EnvEntry[] = [];
  const optional: EnvEntry[] = [];
  for (const statement of scanEnv(text, file)) {
    const value = decodeValue(text.slice(statement.start, statement.end), statement.quote, known);
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

/** The values by key; the last line of a key wins. */
export function envValues(file: EnvFile): Record<string, string> {
  return Object.fromEntries(file.entries.map(({ key, value }) => [key, value]));
}

/**
 * Sets keys and keeps every other byte: the last line of a key gets the new value, its comment stays; a new key gets a
 * line of its own at the end, also where the text does not end with a line break.
 */
export function editEnv(text: string, values: Readonly<Record<string, string>>): string {
  let edited = text;
  for (const [key, value] of Object.entries(values)) edited = setKey(edited, key, value);
  return edited;
}

function setKey(text: string, key: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(key)) {
    throw new CodedError({
      code: 'E_ENV_KEY',
      message: `${JSON.stringify(key)} is no name of a variable`,
      fault: 'usage',
    });
  }
  const statement = scanEnv(text).findLast((each) => each.key === key && !each.optional);
  if (statement === undefined) {
    const lineBreak = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
    const glue = text === '' || /[\r\n]$/.test(text) ? '' : lineBreak;
    return `${text}${glue}${key}=${writeValue(value, false)}${lineBreak}`;
  }
  return (
    text.slice(0, statement.start) + writeValue(value, bordersComment(text, statement)) + text.slice(statement.end)
  );
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

function decodeValue(raw: string, quote: EnvStatement['quote'], known: ReadonlyMap<string, string>): string {
  const inner = quote === undefined ? raw : raw.slice(1, -1).replaceAll('\r\n', '\n');
  if (quote === "'") return inner;
  return inner.replaceAll(quote === undefined ? REFERENCE : QUOTED_REFERENCE, (...match: unknown[]) => {
    const groups = match.at(-1) as Readonly<Record<string, string | undefined>>;
    const name = groups['braced'] ?? groups['bare'];
    if (name !== undefined) return known.get(name) ?? '';
    const escape = groups['escape'] ?? '$';
    return escape === 'n' ? '\n' : escape === 'r' ? '\r' : escape;
  });
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
