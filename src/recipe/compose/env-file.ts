import type { Lookup } from './template.ts';

/** White space as Go knows it: unlike JavaScript's, without the byte order mark. */
const LEADING_SPACE = /^[\t\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/;

/**
 * Reads an `env_file`, as Docker does: `KEY=value` to the end of the line, quotes and `$` included; `#` only starts a comment
 * at the start of a line; a key without `=` is taken from the environment, or left out. Returns what is wrong as a sentence
 * when it cannot be read.
 */
export function parseEnvFile(content: string, lookup: Lookup): ReadonlyMap<string, string> | string {
  const values = new Map<string, string>();
  for (const [index, raw] of content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.replace(/\r$/, '').replace(LEADING_SPACE, '');
    if (line === '' || line.startsWith('#')) continue;
    const where = `line ${index + 1}`;
    if (line.includes('\uFFFD')) return `${where} is not UTF-8`;
    const at = line.indexOf('=');
    const key = at === -1 ? line : line.slice(0, at);
    if (key === '') return `${where} has no name before the =`;
    if (/[ \t]/.test(key)) return `${where} has white space in the name ${JSON.stringify(key)}`;
    const value = at === -1 ? lookup(key) : line.slice(at + 1);
    if (value !== undefined) values.set(key, value);
  }
  return values;
}
