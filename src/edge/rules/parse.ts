/** A parsed rule: matchers joined by `&&`, `||`, `!` and parentheses. */
export type RuleNode =
  | { readonly kind: 'and' | 'or'; readonly left: RuleNode; readonly right: RuleNode }
  | { readonly kind: 'not'; readonly of: RuleNode }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly string[] };

/** Why a rule cannot be used; Traefik disables the router that carries it. */
export class RuleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RuleError';
  }
}

interface Token {
  readonly kind: 'name' | 'string' | 'sign' | 'end';
  readonly text: string;
  /** Column in the rule, from 1. */
  readonly column: number;
}

const TOKEN = /\s*(?:(?<name>[A-Za-z]\w*)|`(?<raw>[^`]*)`|"(?<quoted>(?:[^"\\\n]|\\.)*)"|(?<sign>&&|\|\||[!(),]))/y;

/** Rules longer or deeper than these are nobody's intent, and the parser recurses. */
const MAX_LENGTH = 8192;
const MAX_DEPTH = 64;

function tokenize(rule: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  let end = 0;
  while (end < rule.length) {
    pattern.lastIndex = end;
    const match = pattern.exec(rule);
    if (match === null) {
      const rest = rule.slice(end);
      if (rest.trim() === '') break;
      const column = end + rest.length - rest.trimStart().length + 1;
      throw new RuleError(`column ${column}: \`${rest.trimStart().slice(0, 12)}\` is not part of a rule`);
    }
    end = pattern.lastIndex;
    const column = match.index + match[0].length - match[0].trimStart().length + 1;
    const { name, raw, quoted, sign } = match.groups ?? {};
    if (name !== undefined) tokens.push({ kind: 'name', text: name, column });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, column });
    else tokens.push({ kind: 'string', text: raw ?? unescape(quoted ?? ''), column });
  }
  tokens.push({ kind: 'end', text: 'the end', column: rule.length + 1 });
  return tokens;
}

/** Go has more escapes (`\\x61`, `\\u0061`, `\\141`). Whoever writes one hides what the text says. */
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n', t: '\t' };

function unescape(text: string): string {
  return text.replace(/\\(?<char>.)/g, (whole, char: string) => {
    const plain = ESCAPES[char];
    if (plain === undefined) throw new RuleError(`\`${whole}\` in quotation marks is not supported: use backticks`);
    return plain;
  });
}

/**
 * Parses a rule of Traefik's language (the same grammar in v2 and v3; the matchers differ, see `matchers.ts`).
 * Throws `RuleError` with the column of the first mistake.
 */
export function parseRule(rule: string): RuleNode {
  if (rule.length > MAX_LENGTH) throw new RuleError(`is longer than ${MAX_LENGTH} characters`);
  const tokens = tokenize(rule);
  let at = 0;
  const peek = (): Token => tokens[at] ?? { kind: 'end', text: 'the end', column: rule.length + 1 };
  const take = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const isSign = (text: string): boolean => peek().kind === 'sign' && peek().text === text;
  const expect = (text: string): void => {
    if (!isSign(text)) throw new RuleError(`column ${peek().column}: expected \`${text}\`, found ${describe(peek())}`);
    at += 1;
  };

  const disjunction = (depth: number): RuleNode => {
    let left = conjunction(depth);
    while (isSign('||')) {
      at += 1;
      left = { kind: 'or', left, right: conjunction(depth) };
    }
    return left;
  };
  const conjunction = (depth: number): RuleNode => {
    let left = unary(depth);
    while (isSign('&&')) {
      at += 1;
      left = { kind: 'and', left, right: unary(depth) };
    }
    return left;
  };
  const unary = (depth: number): RuleNode => {
    if (depth > MAX_DEPTH) throw new RuleError('is nested too deeply');
    if (isSign('!')) {
      at += 1;
      return { kind: 'not', of: unary(depth + 1) };
    }
    if (isSign('(')) {
      at += 1;
      const inner = disjunction(depth + 1);
      expect(')');
      return inner;
    }
    return call();
  };
  const call = (): RuleNode => {
    const name = take();
    if (name.kind !== 'name') throw new RuleError(`column ${name.column}: expected a matcher, found ${describe(name)}`);
    expect('(');
    const args: string[] = [];
    while (!isSign(')')) {
      const value = take();
      if (value.kind !== 'string') {
        throw new RuleError(`column ${value.column}: expected a value in backticks, found ${describe(value)}`);
      }
      args.push(value.text);
      if (!isSign(')')) expect(',');
    }
    expect(')');
    return { kind: 'call', name: name.text, args };
  };

  const root = disjunction(0);
  if (peek().kind !== 'end') throw new RuleError(`column ${peek().column}: unexpected ${describe(peek())}`);
  return root;
}

function describe(token: Token): string {
  return token.kind === 'end' ? token.text : `\`${token.text}\``;
}
