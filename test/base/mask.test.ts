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
