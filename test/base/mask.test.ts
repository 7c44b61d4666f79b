import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker, MASK } from '../../src/base/mask.ts';

const secret = fc.stringMatching(/^[A-Za-z0-9+/=-]{6,24}$/);

test('no secret is left in what was masked', () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 5 }), fc.array(fc.string()), (secrets, texts) => {
      const masker = createMasker();
      masker.add(secrets);
      const value = {
        lines: texts.flatMap((text) => secrets.map((each) => `${text}${each}${text}`)),
        nested: [{ secrets }],
      };
      const masked = JSON.stringify(masker.maskDeep(value));
      for (const each of secrets) if (!MASK.includes(each)) expect(masked.includes(`"${each}"`)).toBe(false);
      for (const line of masker.maskDeep(value).lines) for (const each of secrets) expect(line).not.toContain(each);
    }),
  );
});

test('a secret inside a longer one leaves nothing of the longer one', () => {
  const masker = createMasker();
  masker.add(['hunter', 'hunter-and-more']);
  expect(masker.mask('x hunter-and-more y')).toBe(`x ${MASK} y`);
});

test('what holds no secret is the same afterwards', () => {
  const masker = createMasker();
  masker.add(['correct-horse', 'short']);
  expect(masker.maskDeep({ a: ['short', 1, null, true], b: 'battery' })).toEqual({
    a: ['short', 1, null, true],
    b: 'battery',
  });
});

const anySecret = fc.oneof(
  secret,
  fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }).filter((text) => text.trim().length >= 6),
);
/** How a program may write what it was given. */
const WRITINGS: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 of a pair': (value) => Buffer.from(`user:${value}`).toString('base64'),
  base64url: (value) => Buffer.from(`x${value}y`).toString('base64url'),
  hex: (value) => Buffer.from(value).toString('hex'),
  HEX: (value) => Buffer.from(value).toString('hex').toUpperCase(),
  URL: (value) => encodeURIComponent(value),
  form: (value) => new URLSearchParams({ key: value }).toString(),
  JSON: (value) => JSON.stringify({ key: value }),
  'JSON in JSON': (value) => JSON.stringify(JSON.stringify({ key: value })),
};
const writing = fc.constantFrom(...Object.keys(WRITINGS));

test('bytes in pieces hold no secret in any form, wherever they are cut, and else they are as they were', () => {
  fc.assert(
    fc.property(
      fc.array(anySecret, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.string(), fc.nat(2), writing), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 30 }),
      (secrets, parts, cuts) => {
        const masker = createMasker();
        masker.add(secrets);
        const text = parts
          .map(([before, which, how]) => before + (WRITINGS[how] ?? String)(secrets[which % secrets.length] ?? ''))
          .join('\n');
        const stream = masker.stream();
        const bytes = Buffer.from(text);
        const out: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          out.push(stream.write(bytes.subarray(at, at + length)));
          at += length;
        }
        out.push(stream.end());
        const masked = Buffer.concat(out).toString();
        expect(masked).toBe(masker.mask(text));
        for (const value of secrets) {
          if (!MASK.includes(value)) expect(masked).not.toContain(value);
          const encoded = Buffer.from(value).toString('base64');
          expect(masked).not.toContain(encoded.slice(0, encoded.length - 4));
          expect(masked).not.toContain(Buffer.from(value).toString('hex'));
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('two secrets that share their ends leave nothing of either', () => {
  const masker = createMasker();
  masker.add(['abcdefgh', 'efghijkl']);
  expect(masker.mask('-abcdefghijkl-')).toBe(`-${MASK}-`);
});

test('a secret that never ends is one mask, and is not held back for ever', () => {
  const masker = createMasker();
  masker.add(['aaaaaaaa']);
  const stream = masker.stream();
  const out = Array.from({ length: 100 }, () => stream.write(Buffer.from('aaaaaaaaaa')));
  expect(Buffer.concat([...out, stream.end()]).toString()).toBe(MASK);
});

test('bytes that are no text come through as they are', () => {
  const masker = createMasker();
  masker.add(['correct-horse']);
  const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x80]);
  const stream = masker.stream();
  expect(Buffer.concat([stream.write(bytes), stream.end()])).toEqual(bytes);
});

test('a key of several lines is masked where one of its lines stands alone', () => {
  const masker = createMasker();
  masker.add(['-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----\n']);
  expect(masker.mask('2026 MIIEvQIBADANBgkqhkiG')).toBe(`2026 ${MASK}`);
});
