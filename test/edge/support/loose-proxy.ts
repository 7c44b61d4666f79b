import { ruleRequest } from '../../../src/edge/router/pick.ts';
import { compileRule } from '../../../src/edge/rules/rule.ts';
import type { TraefikVersion } from '../../../src/edge/types.ts';

/**
 * A proxy as a stack file's author would wish it: it exposes what does not ask for it, folds letters as Go does, takes the last
 * of two labels, and reads a rule as an expression of Go (comments, escapes, any length). What of its router can be reached by a
 * host name is what checkClaims has to know of.
 */
export function looselyRoutes(
  labels: Readonly<Record<string, string>>,
  host: string,
  version: TraefikVersion,
): boolean {
  const tree = new Map<string, string>();
  for (const label of Object.keys(labels).sort()) tree.set(fold(label), labels[label] ?? '');
  return [...tree].some(([key, rule]) => {
    const router = /^traefik\.http\.routers\.(?<name>[^.]+)\.rule$/.exec(key)?.groups?.['name'];
    if (router === undefined) return false;
    const syntax = tree.get(`traefik.http.routers.${router}.rulesyntax`) === 'v2' ? 'v2' : version;
    try {
      const { matches } = compileRule(plainRule(rule), syntax);
      return ['/', '/x'].some((url) =>
        matches(ruleRequest({ host, url, method: 'GET', headers: {}, clientAddress: '' })),
      );
    } catch {
      return false;
    }
  });
}

/** Go's `strings.EqualFold`, for the letters where it differs from lower case. */
function fold(label: string): string {
  return label.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}

/** Without comments and blanks at the ends, strings in backticks, each escape decoded. */
function plainRule(rule: string): string {
  const parts = /`[^`]*`|"(?<quoted>(?:[^"\\]|\\.)*)"|\/\*[^]*?\*\/|\/\/[^\n]*/g;
  return rule
    .replace(parts, (whole, quoted: string | undefined) => {
      if (whole.startsWith('/')) return ' ';
      return quoted === undefined ? whole : `\`${decode(quoted)}\``;
    })
    .trim();
}

function decode(quoted: string): string {
  return quoted.replace(
    /\\(?:x(?<hex>[0-9a-f]{2})|u(?<wide>[0-9a-f]{4})|(?<octal>[0-7]{3})|(?<char>.))/gi,
    (...all) => {
      const { hex, wide, octal, char } = all.at(-1) as Readonly<Record<string, string | undefined>>;
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return char ?? String.fromCharCode(Number.parseInt(hex ?? wide ?? '', 16));
    },
  );
}
