import { CodedError } from '../base/errors.ts';
import { EngineError } from './engine-http.ts';

/**
 * What came of asking a registry for an image. Its own words are the words of whatever the image's name leads to, also of a
 * page that only the host can see: they go no further than `readRegistryAnswer`, into no error, log, result or comment.
 */
export type RegistryAnswer =
  | 'missing'
  | 'refused'
  | 'limited'
  | 'unreachable'
  | 'silent'
  | 'stalled'
  | 'tls'
  | 'failing'
  | 'not-a-registry'
  | 'no-platform'
  | 'bad-name'
  | 'disk-full'
  | 'other';

/** What is said of each instead: a sentence for the evidence. */
export const REGISTRY_WORDS: Readonly<Record<RegistryAnswer, string>> = {
  missing: 'the registry answered that it does not have the image',
  refused: 'the registry answered that this host may not have the image',
  limited: 'the registry answered that this host has asked too often',
  unreachable: 'no connection to the registry came about',
  silent: 'the registry did not answer in time',
  stalled: 'the pull made no progress for too long',
  tls: 'the registry does not speak TLS, or with a certificate that this host does not accept',
  failing: 'the registry answered with an error of its own (HTTP 5xx)',
  'not-a-registry': 'what answered does not speak as a registry does',
  'no-platform': 'the registry has the image for other processors only',
  'bad-name': 'the Engine does not take the name for that of an image',
  'disk-full': 'the Engine has no space left on its disk',
  other: 'the Engine could not fetch the image; its words may be those of the registry, and are not repeated',
};

/** Why the Engine could not have an image, without what the registry said. */
export class RegistryError extends CodedError {
  readonly answer: RegistryAnswer;

  constructor(answer: RegistryAnswer) {
    super({ code: 'E_REGISTRY', message: REGISTRY_WORDS[answer], fault: 'infrastructure' });
    this.answer = answer;
  }
}

/** An answer of the Engine's that a registry may have written becomes `RegistryError`; other errors stay what they are. */
export async function unquoted<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error: unknown) {
    if (error instanceof EngineError) throw new RegistryError(readRegistryAnswer(error.evidence[0] ?? ''));
    // What is no JSON would be quoted, too.
    throw error instanceof SyntaxError ? new RegistryError('other') : error;
  }
}

/** Enough for what the Engine says before a page that it quotes. Characters. */
const MOST = 4000;

/** Takes an error of a pull for one of the kinds that we know. Pure; in time that is linear in its first 4,000 characters. */
export function readRegistryAnswer(said: string): RegistryAnswer {
  const text = said.slice(0, MOST);
  // What follows is a page, whose words mean nothing.
  const page = /error parsing HTTP (?<status>\d{3}) response body/.exec(text);
  if (page !== null) return ofStatus(Number(page.groups?.['status']));
  return KNOWN.find(([, words]) => words.test(text))?.[0] ?? 'other';
}

function ofStatus(status: number): RegistryAnswer {
  if (status === 429) return 'limited';
  if (status === 401 || status === 403) return 'refused';
  return status >= 500 ? 'failing' : 'not-a-registry';
}

/** The first that matches counts. */
const KNOWN: readonly (readonly [RegistryAnswer, RegExp])[] = [
  ['limited', /toomanyrequests|too many requests|rate limit|status: 429/i],
  ['bad-name', /invalid (?:reference|tag|repository|checksum digest) (?:format|name)|invalid reference/i],
  ['disk-full', /no space left on device|disk quota exceeded|ENOSPC/i],
  ['no-platform', /no matching manifest|does not match the specified platform|no match for platform/i],
  [
    'missing',
    /manifest unknown|manifest for [^\n]{1,500} not found|name unknown|repository does not exist|failed to resolve [^\n]{1,500}: not found/i,
  ],
  ['refused', /unauthorized|authentication required|(?<!permission )\bdenied\b|no basic auth|forbidden/i],
  ['tls', /x509|certificate|TLS handshake|HTTP response to HTTPS/i],
  ['silent', /i\/o timeout|deadline exceeded|Client\.Timeout|did not answer/i],
  ['failing', /unexpected HTTP status: 5\d\d|unexpected status [^\n]{1,500}: 5\d\d/i],
  [
    'unreachable',
    /no such host|no suitable address|connection refused|connection reset|network is unreachable|\bEOF\b|server misbehaving|no route to host|name resolution/i,
  ],
  ['not-a-registry', /invalid character|media ?type|Docker-Content-Digest|unexpected HTTP status: [1-4]\d\d/i],
];
