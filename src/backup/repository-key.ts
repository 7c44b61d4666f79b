import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';

/** A key file of a restic repository: the master key, sealed with a password. Format: restic's design document, "Keys, Encryption and MAC". */
const KeyFile = z.object({
  created: z.string(),
  username: z.string(),
  hostname: z.string(),
  kdf: z.literal('scrypt'),
  N: z.int().positive(),
  r: z.int().positive(),
  p: z.int().positive(),
  salt: z.base64(),
  data: z.base64(),
});

const NONCE_BYTES = 16;
const MAC_BYTES = 16;
/** The cheapest parameters that restic accepts. Stretching protects weak passwords; ours have 256 random bits. */
const CHEAP = { N: 2, r: 8, p: 1 };

interface DerivedKeys {
  readonly encryption: Buffer;
  readonly macK: Buffer;
  readonly macR: Buffer;
}

/** A password with 256 random bits. */
export function newRepositoryPassword(): string {
  return randomBytes(32).toString('hex');
}

/** Opens the master key of a key file. Throws when the password is wrong or the file is not what restic writes. */
export function openKeyFile(text: string, password: string): Buffer {
  const file = KeyFile.parse(JSON.parse(text));
  const keys = deriveKeys(password, Buffer.from(file.salt, 'base64'), file);
  const sealed = Buffer.from(file.data, 'base64');
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const body = sealed.subarray(NONCE_BYTES, sealed.length - MAC_BYTES);
  if (!timingSafeEqual(authenticate(body, nonce, keys), sealed.subarray(sealed.length - MAC_BYTES))) {
    throw new Error('wrong password, or a damaged key file');
  }
  const cipher = createDecipheriv('aes-256-ctr', keys.encryption, nonce);
  return Buffer.concat([cipher.update(body), cipher.final()]);
}

/**
 * Seals a master key with a random password. restic's own key derivation is calibrated to half a second of work, paid by
 * every call; with a password like ours it protects nothing.
 */
export function sealKeyFile(master: Buffer, password: string): { readonly id: string; readonly text: string } {
  const salt = randomBytes(64);
  const keys = deriveKeys(password, salt, CHEAP);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-ctr', keys.encryption, nonce);
  const body = Buffer.concat([cipher.update(master), cipher.final()]);
  const text = JSON.stringify({
    created: new Date().toISOString(),
    // For people to read. Whoever runs us may have a number and no name.
    username: `uid ${process.getuid?.() ?? 'unknown'}`,
    hostname: hostname(),
    kdf: 'scrypt',
    ...CHEAP,
    salt: salt.toString('base64'),
    data: Buffer.concat([nonce, body, authenticate(body, nonce, keys)]).toString('base64'),
  });
  return { id: createHash('sha256').update(text).digest('hex'), text };
}

function deriveKeys(password: string, salt: Buffer, cost: { N: number; r: number; p: number }): DerivedKeys {
  const derived = scryptSync(password, salt, 64, { ...cost, maxmem: 512 * 1024 * 1024 });
  return { encryption: derived.subarray(0, 32), macK: derived.subarray(32, 48), macR: derived.subarray(48, 64) };
}

/** Poly1305-AES: the one-time key is `r` and the nonce encrypted with AES-128 under `k`. */
function authenticate(message: Buffer, nonce: Buffer, { macK, macR }: DerivedKeys): Buffer {
  const block = createCipheriv('aes-128-ecb', macK, null).setAutoPadding(false);
  return poly1305(message, macR, Buffer.concat([block.update(nonce), block.final()]));
}

/** Poly1305 as RFC 8439, 2.5 writes it. Only for key files: their few hundred bytes need no speed. */
function poly1305(message: Buffer, r: Buffer, s: Buffer): Buffer {
  const prime = (1n << 130n) - 5n;
  const multiplier = toNumber(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const chunk = message.subarray(at, at + 16);
    sum = ((sum + toNumber(chunk) + (1n << BigInt(8 * chunk.length))) * multiplier) % prime;
  }
  const tag = (sum + toNumber(s)) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

function toNumber(littleEndian: Buffer): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex') || '0'}`);
}
