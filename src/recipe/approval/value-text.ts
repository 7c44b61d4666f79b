import { canonicalJson } from '../../base/canonical-json.ts';
import { shortHash } from '../../base/ids.ts';

/** Characters of a value that an id or a sentence shows; of a longer one the hash stands for the rest. */
const LONGEST = 120;

/**
 * A value as one line of printable ASCII, the same for equal values and never for others: plain text as it is, everything
 * else as JSON with sorted keys, and a long one by its beginning and its SHA-256.
 */
export function valueText(value: unknown): string {
  const text = typeof value === 'string' && isPlain(value) ? value : ascii(canonicalJson(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 40)}…sha256:${shortHash(text, 32)}`;
}

/** Text that no JSON looks like. */
function isPlain(text: string): boolean {
  return /^[!-~]+$/.test(text) && !/^["[{]|^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$|^(?:true|false|null)$/.test(text);
}

function ascii(text: string): string {
  return text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
