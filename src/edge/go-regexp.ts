/** A regular expression in Go's syntax (RE2) that cannot be used. */
export class RegexpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RegexpError';
  }
}

/**
 * Compiles a regular expression written for Go. What RE2 does not know (look-around, back references) is refused here as it
 * is there; what it writes differently (`(?P<name>`, `\z`, leading flags) is translated.
 */
export function compileGoRegexp(source: string): RegExp {
  const unsupported = /\(\?<?[=!]|\\[1-9]/.exec(source);
  if (unsupported !== null) throw new RegexpError(`Go's regular expressions have no \`${unsupported[0]}\``);
  let flags = '';
  const body = source
    .replace(/^\(\?(?<flags>[imsU]+)\)/, (_whole, given: string) => {
      flags = [...new Set(given)].filter((flag) => 'ims'.includes(flag)).join('');
      return '';
    })
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\z', '$')
    .replaceAll('\\A', '^');
  try {
    return new RegExp(body, flags);
  } catch (error: unknown) {
    throw new RegexpError(error instanceof Error ? error.message : String(error));
  }
}

/** Expands a Go replacement (`$1`, `${1}`, `$name`, `${name}`, `$$`) for one match. A group that did not take part is empty. */
export function expandGoTemplate(template: string, match: RegExpMatchArray): string {
  return template.replace(/\$(?:\$|\{(?<braced>\w+)\}|(?<bare>\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
}

/** Go's `ReplaceAllString`. */
export function replaceAllGo(pattern: RegExp, text: string, template: string): string {
  const all = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`);
  let result = '';
  let end = 0;
  for (const match of text.matchAll(all)) {
    result += text.slice(end, match.index) + expandGoTemplate(template, match);
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}
