import type { Redirects } from './causes/observation.ts';
import { probe } from './probe.ts';
import type { Edge, ProbeAnswer } from './types.ts';

const MAX_HOPS = 10;

/** Where redirects led: the last answer is the one that led no further on the app's own host. */
interface Followed extends Redirects {
  readonly last: ProbeAnswer;
}

/**
 * Follows an answer's redirects with the cookies that are set on the way, as long as they stay on the app's host and the
 * proxy's usual ports. Undefined where the answer is no redirect.
 */
export async function followRedirects(
  edge: Edge,
  first: ProbeAnswer,
  signal?: AbortSignal,
): Promise<Followed | undefined> {
  const { host } = new URL(first.url);
  const cookies = new Map<string, string>();
  const seen = new Set<string>();
  const hops: string[] = [];
  let answer = first;
  while (hops.length < MAX_HOPS) {
    const target = redirectTarget(answer);
    if (target === undefined) return hops.length === 0 ? undefined : { hops, circle: false, last: answer };
    hops.push(`${answer.status} ${target.href}`);
    keepCookies(cookies, answer.headers['set-cookie']);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const state = `${target.href} ${cookie}`;
    if (seen.has(state)) return { hops, circle: true, last: answer };
    seen.add(state);
    if (target.host !== host) return { hops, circle: false, last: answer };
    answer = await probe(edge, {
      host,
      path: `${target.pathname}${target.search}`,
      scheme: target.protocol === 'http:' ? 'http' : 'https',
      headers: cookie === '' ? {} : { cookie },
      signal,
    });
  }
  return { hops, circle: true, last: answer };
}

function redirectTarget({ status = 0, url, headers }: ProbeAnswer): URL | undefined {
  const location = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || !URL.canParse(location, url))
    return undefined;
  const target = new URL(location, url);
  target.hash = '';
  return target;
}

/** Several `Set-Cookie` headers arrive as one text; a comma within a date is not followed by `name=`. */
function keepCookies(cookies: Map<string, string>, header: string | undefined): void {
  for (const one of (header ?? '').split(/,\s*(?=[^;,\s=]+=)/)) {
    const match = /^(?<name>[^=;\s]+)=(?<value>[^;]*)/.exec(one.trim());
    if (match?.groups !== undefined) cookies.set(match.groups['name'] ?? '', match.groups['value'] ?? '');
  }
}
