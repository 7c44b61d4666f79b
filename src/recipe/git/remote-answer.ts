import type { ProcessResult } from '../../base/process.ts';

/**
 * What git itself said: without lines of the server that it fetched from, and without names, which may look like words. At most
 * the first 4,000 characters count. Pure.
 */
export function gitsOwnWords({ stderr }: Pick<ProcessResult, 'stderr'>): string {
  const lines = stderr.slice(0, 4000).split(/[\r\n]+/);
  return lines
    .filter((line) => !/^(?:remote:|fatal: remote error:)/.test(line))
    .map((line) => line.replaceAll(/'[^']*'|\bhttps?:\S+/g, "''"))
    .join('\n');
}

/**
 * Why a fetch failed, in words of ours. A server's own (`remote: …`, the banner of ssh, what curl quotes of a certificate)
 * are the words of whatever an address leads to, and go no further. Pure.
 */
export function whyNotFetched(result: Pick<ProcessResult, 'stderr' | 'timedOut'>): string {
  if (result.timedOut) return 'it took more than three minutes';
  if (/^fatal: remote error:/m.test(result.stderr.slice(0, 4000))) return 'its server refused';
  const words = gitsOwnWords(result);
  return KNOWN.find(([shown]) => shown.test(words))?.[1] ?? 'git says why where it is fetched by hand';
}

/** The first that matches counts. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/no space left on device|disk quota exceeded/i, 'no space is left on the disk'],
  [/transport '' not allowed/, 'it leads to a transport that is not used for recipes'],
  [/Host key verification failed/i, 'this machine does not know the key of its host'],
  [/could not resolve host|name or service not known|name resolution/i, 'its host has no address'],
  [
    /failed to connect|couldn't connect|connection (?:refused|timed out|reset|closed)|no route to host|network is unreachable/i,
    'no connection to its host came about',
  ],
  [
    /certificate|SSL|TLS|gnutls/i,
    'its host does not speak TLS, or with a certificate that this machine does not accept',
  ],
  [
    /authentication failed|could not read (?:username|password)|permission denied|error: 40[13]/i,
    'it wants a login, or refuses ours',
  ],
  [
    /not found|error: 404|does not (?:appear to be|exist)|no such file/i,
    'there is no such repository, or we may not see it',
  ],
  [/error: 5\d\d/, 'its host answered with an error of its own (HTTP 5xx)'],
  [/redirect|error: 3\d\d/i, 'it leads elsewhere, and redirections are not followed'],
  [
    /early EOF|hung up|index-pack|unpack|RPC failed|protocol error|bad line length|not valid:/i,
    'what it sent broke off, or is no repository',
  ],
];
