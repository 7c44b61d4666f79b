import { createHash, timingSafeEqual } from 'node:crypto';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Checks a password against a hash of htpasswd: `{SHA}…`, `$apr1$…` (its default) or `$1$…`. Any other hash fits no
 * password; `supportedHash` tells them apart beforehand.
 */
export function verifyPassword(password: string, hash: string): boolean {
  if (hash.startsWith('{SHA}')) {
    return equal(`{SHA}${createHash('sha1').update(password).digest('base64')}`, hash);
  }
  const match = /^\$(?<kind>apr1|1)\$(?<salt>[^$]{0,8})\$/.exec(hash);
  if (match === null) return false;
  return equal(md5Crypt(password, match.groups?.['salt'] ?? '', `$${match.groups?.['kind'] ?? ''}$`), hash);
}

/** Whether a hash is of a kind that `verifyPassword` knows. */
export function supportedHash(hash: string): boolean {
  return !/^\$2[abxy]?\$/.test(hash);
}

function equal(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The MD5 based scheme of `crypt(3)`; Apache's variant differs in its magic only. */
function md5Crypt(password: string, salt: string, magic: string): string {
  const secret = Buffer.from(password);
  const md5 = (...parts: (Buffer | string)[]): Buffer => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const inner = md5(secret, salt, secret);
  const parts: (Buffer | string)[] = [secret, magic, salt];
  for (let left = secret.length; left > 0; left -= 16) parts.push(inner.subarray(0, Math.min(16, left)));
  for (let bits = secret.length; bits > 0; bits >>= 1)
    parts.push(bits % 2 === 1 ? Buffer.alloc(1) : secret.subarray(0, 1));
  let digest = md5(...parts);
  for (let round = 0; round < 1000; round += 1) {
    digest = md5(
      round % 2 === 1 ? secret : digest,
      round % 3 === 0 ? '' : salt,
      round % 7 === 0 ? '' : secret,
      round % 2 === 1 ? digest : secret,
    );
  }
  const byte = (index: number): number => digest[index] ?? 0;
  let text = '';
  for (const [a, b, c] of [
    [0, 6, 12],
    [1, 7, 13],
    [2, 8, 14],
    [3, 9, 15],
    [4, 10, 5],
  ] as const) {
    text += encode((byte(a) << 16) | (byte(b) << 8) | byte(c), 4);
  }
  return `${magic}${salt}$${text}${encode(byte(11), 2)}`;
}

function encode(value: number, characters: number): string {
  let text = '';
  for (let at = 0; at < characters; at += 1) text += ALPHABET.charAt((value >> (6 * at)) & 63);
  return text;
}
