import { RE2JS } from 're2js';

/** A regular expression in Go's syntax (RE2) that cannot be used. */
export class RegexpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RegexpError';
  }
}

/** What expressions may still do for one request, in steps: instructions of an expression times characters of a text. */
export interface Work {
  left: number;
}

/** Expressions may do no more for this request. */
export class WorkError extends Error {
  constructor() {
    super('the expressions of its rules or middlewares take too long for this request');
    this.name = 'WorkError';
  }
}

/** About a tenth of a second at the worst; an ordinary rule needs some thousands. */
const REQUEST_STEPS = 2_000_000;

/** The work that one request may cause. */
export function requestWork(): Work {
  return { left: REQUEST_STEPS };
}

/** Nobody writes longer ones, and classes such as `\pL` take a hundred times their length in memory. */
const MAX_SOURCE = 1024;
/** Go allows a thousand repetitions of a part, with parts of any length. */
const MAX_INSTRUCTIONS = 2000;

/**
 * A regular expression written for Go. Labels of strangers meet requests of strangers here, in the router that all share:
 * so it is Go's engine, whose time grows with the length of the text and never faster, and what RE2 does not know
 * (look-around, back references) is refused as it is there.
 */
export class GoRegexp {
  readonly #expression: RE2JS;
  readonly #instructions: number;

  /** Throws `RegexpError`. */
  constructor(source: string) {
    if (source.length > MAX_SOURCE) throw new RegexpError(`is longer than ${MAX_SOURCE} characters`);
    try {
      this.#expression = RE2JS.compile(source);
    } catch (error: unknown) {
      throw new RegexpError(error instanceof Error ? error.message : String(error));
    }
    this.#instructions = this.#expression.programSize();
    if (this.#instructions > MAX_INSTRUCTIONS) throw new RegexpError('repeats too much');
  }

  /** Whether it matches anywhere in the text. Throws `WorkError`. */
  test(text: string, work: Work): boolean {
    this.#spend(text.length, work);
    return this.#expression.test(text);
  }

  /** The first match in the text, if any. Throws `WorkError`. */
  first(text: string, work: Work): string | undefined {
    this.#spend(text.length, work);
    const matcher = this.#expression.matcher(text);
    return matcher.find() ? (matcher.group() ?? undefined) : undefined;
  }

  /** Go's `ReplaceAllString`; a template has `$1`, `${1}`, `$name`, `${name}` and `$$`. Throws `WorkError`. */
  replaceAll(text: string, template: string, work: Work): string {
    const matcher = this.#expression.matcher(text);
    let result = '';
    let end = 0;
    for (let at = 0; at <= text.length; ) {
      this.#spend(text.length - at, work);
      if (!matcher.find(at)) break;
      const [from, to] = [matcher.start(), matcher.end()];
      result += text.slice(end, from);
      // Go replaces no empty match right behind another match.
      if (to > end || from === 0) result += expandTemplate(template, (name) => groupOf(matcher, name));
      end = to;
      at = Math.max(to, at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1));
    }
    return result + text.slice(end);
  }

  #spend(length: number, work: Work): void {
    work.left -= this.#instructions * (length + 1);
    if (work.left < 0) throw new WorkError();
  }
}

type Matcher = ReturnType<RE2JS['matcher']>;

/** A group by number or name; empty when there is none or it did not take part. */
function groupOf(matcher: Matcher, name: string): string {
  if (/^\d+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
  return Object.hasOwn(matcher.pattern().namedGroups(), name) ? (matcher.group(name) ?? '') : '';
}

function expandTemplate(template: string, group: (name: string) => string): string {
  return template.replace(/\$(?:\$|\{(?<braced>\w+)\}|(?<bare>\w+))/g, (whole, braced?: string, bare?: string) =>
    whole === '$$' ? '$' : group(braced ?? bare ?? ''),
  );
}
