/** What a variable reference may look up; undefined means not set. */
export type Lookup = (name: string) => string | undefined;

export type Substitution =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** Variables that hold each other double with every line; no text of a stack is near it. */
const LONGEST_TEXT = 1_048_576;

const NAME = /[_a-z][_a-z0-9]*/iuy;
const OPERATOR = /:?[-?]/y;

interface Reference {
  /** Offsets of the whole of it in the text. */
  readonly start: number;
  readonly end: number;
  /** `escaped`: `$$`. `invalid`: a `$` that starts no variable. Otherwise what follows the `$`, without braces. */
  readonly is: 'escaped' | 'invalid' | { readonly text: string };
}

/**
 * The references of a text, in order. An operator takes everything up to the next `}`, or to the end where there are no
 * braces. Each character is looked at a few times at the most: an end that is missing once is not looked for again.
 */
function* referencesIn(template: string): Generator<Reference> {
  let closed = true;
  let at = template.indexOf('$');
  while (at !== -1) {
    const braced = template[at + 1] === '{';
    const begin = at + (braced ? 2 : 1);
    const close: number = closed ? template.indexOf('}', begin) : -1;
    closed = close !== -1;
    const found = endOfReference(template, begin, closed ? close : template.length);
    let end = at + 1;
    let is: Reference['is'] = 'invalid';
    if (template[begin] === '$' && !braced) {
      end = at + 2;
      is = 'escaped';
    } else if (found !== undefined && (!braced || template[found] === '}')) {
      end = braced ? found + 1 : found;
      is = { text: template.slice(begin, found) };
    }
    yield { start: at, end, is };
    at = template.indexOf('$', end);
  }
}

/** Where a name, with an operator and what that takes, ends; undefined when there is no name. */
function endOfReference(template: string, begin: number, stop: number): number | undefined {
  const name = new RegExp(NAME);
  name.lastIndex = begin;
  if (!name.test(template)) return undefined;
  const operator = new RegExp(OPERATOR);
  operator.lastIndex = name.lastIndex;
  return operator.test(template) ? stop : name.lastIndex;
}

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
  let text = '';
  let end = 0;
  for (const reference of referencesIn(template)) {
    text += template.slice(end, reference.start);
    end = reference.end;
    if (text.length > LONGEST_TEXT) break;
    if (reference.is === 'escaped') {
      text += '$';
    } else if (reference.is === 'invalid') {
      failure = 'has a $ that starts no variable';
    } else {
      const value = expand(reference.is.text, lookup);
      failure = typeof value === 'string' ? undefined : value.reason;
      text += typeof value === 'string' ? value : '';
    }
  }
  text += template.slice(end);
  if (text.length > LONGEST_TEXT) {
    return { ok: false, reason: `becomes longer than ${LONGEST_TEXT} characters, with its variables filled in` };
  }
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
  const names = [...referencesIn(template)].flatMap(({ is }) =>
    typeof is === 'string' ? [] : [is.text.split(/[:?-]/, 1)[0] ?? ''],
  );
  return [...new Set(names)];
}
