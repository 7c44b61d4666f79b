import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateSecret } from '../../src/recipe/secrets.ts';
import type { Modifiers } from '../../src/recipe/types.ts';

const generate = (modifiers: Modifiers) => generateSecret({ id: 'password', modifiers });

describe('generateSecret', () => {
  it.each([
    [undefined, /^[A-Za-z0-9]{200}$/],
    ['alnum', /^[A-Za-z0-9]{200}$/],
    ['hex', /^[0-9a-f]{200}$/],
    ['safespecial', /^[!@%^&*_+=-]{200}$/],
    ['default,safespecial', /^[A-Za-z0-9!@%^&*_+=-]{200}$/],
    ['nobody-knows', /^[A-Za-z0-9]{200}$/],
  ])('makes 200 characters of charset %s', (charset, expected) => {
    expect(generate(charset === undefined ? { length: 200 } : { length: 200, charset })).toMatch(expected);
  });

  it('has exactly the length that is asked for, and another value each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 256 }), (length) => {
        const value = generate({ length });
        expect(value).toHaveLength(length);
        expect(generate({ length })).not.toBe(value);
      }),
    );
  });

  it('makes a passphrase of six words without a length', () => {
    expect(generate({})).toMatch(/^([bdfghjklmnprstvz][aeiou]){2}(-([bdfghjklmnprstvz][aeiou]){2}){5}$/);
  });

  it('does not make what an operator has to supply', () => {
    expect(() => generate({ generate: false })).toThrow(expect.objectContaining({ code: 'E_SECRET_NOT_SUPPLIED' }));
  });
});
