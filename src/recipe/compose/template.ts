/** What a variable reference may look up; undefined means not set. */
export type Lookup = (name: string) => string | undefined;

export type Substitution =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

const NAME = '[_a-z][_a-z0-9]*(?::?[-?][^}]*)?';
const REFERENCE = new RegExp(`\\$(?:(?<escaped>\\$)|(?<named>${NAME})|\\{(?<braced>${NAME})\\}|(?<invalid>))`, 'giu');

/**
 * Puts variables into a text, in the dialect of `docker stack` (not that of `docker compose`): `$VAR`, `${VAR}`, `${VAR:-d}`,
 * `${VAR-d}`, `${VAR:?e}`, `${VAR?e}` and `$$`. Defaults are not expanded further.
 *
 * Three of its oddities matter and are kept: `$VAR-text` without braces takes the rest as a default; an operator is found
 * anywhere behind the name (`${A:?b-c}` means default `c`); and a failed reference is forgiven when another one follows it.
 */
export function substitute(template: string, lookup: Lookup): Substitution {
  if (!template.includes('$')) return { ok: true, text: template };
  let failure: string | undefined;
  const text = template.replaceAll(REFERENCE, (...match: unknown[]) => {
    const groups = match.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups['escaped'] !== undefined) return '$';
    const reference = groups['named'] ?? groups['braced'];
    if (reference === undefined) {
      failure = 'has a $ that starts no variable';
      return '';
    }
    const value = expand(reference, lookup);
    failure = typeof value === 'string' ? undefined : value.reason;
    return typeof value === 'string' ? value : '';
  });
  return failure === undefined ? { ok: true, text } : { ok: false, reason: failure };
}

function expand(reference: string, lookup: Lookup): string | { readonly reason: string } {
  for (const operator of [':-', '-', ':?', '?'] as const) {
    const at = reference.indexOf(operator);
    if (at === -1) continue;
    const name = reference.slice(0, at);
    const rest = reference.slice(at + operator.length);
    const value = lookup(name);
    const present = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (present) return value;
    if (operator.endsWith('-')) return rest;
    const state = value === undefined ? 'is not set' : 'is empty';
    return { reason: `needs the variable ${name}, which ${state}${rest === '' ? '' : `: ${rest}`}` };
  }
  return lookup(reference) ?? '';
}

/** The names of the variables that a text refers to, in order, each once. Finds version variables in raw `name:` strings. */
export function variablesIn(template: string): readonly string[] {
  const names = [...template.matchAll(REFERENCE)].flatMap(({ groups }) => {
    const reference = groups?.['named'] ?? groups?.['braced'];
    return reference === undefined ? [] : [reference.replace(/[:?-].*$/su, '')];
  });
  return [...new Set(names)];
}
