import { randomInt } from 'node:crypto';
import { CodedError } from '../base/errors.ts';
import { variablesIn } from './compose/template.ts';
import type { Stack } from './compose/types.ts';
import { longNameError, MAX_NAME, nameInSwarm, usesObject } from './names.ts';
import type { EnvFile, SecretSpec } from './types.ts';

/**
 * The secrets that the enabled services need and an operator or cc-ci has to create, by id. `rawNames` holds the `name:` of
 * each secret before interpolation: its last variable is the one whose modifiers apply. A name without a version or longer
 * than 64 characters is refused.
 */
export function secretSpecs(stack: Stack, rawNames: Readonly<Record<string, string>>, sample: EnvFile): SecretSpec[] {
  return Object.entries(stack.secrets)
    .filter(([id, secret]) => isExternal(secret.external) && usesObject(stack, 'secret', id))
    .map(([id, secret]) => {
      const name = nameInSwarm(id, secret, '');
      const variable = variablesIn(rawNames[id] ?? '').findLast((each) => each !== 'STACK_NAME');
      if (name.endsWith('_')) throw missingVersion(id, variable);
      if (name.length > MAX_NAME) throw longNameError({ kind: 'secret', id, name, limit: MAX_NAME });
      const version = name.includes('_') ? name.slice(name.lastIndexOf('_') + 1) : '';
      return { id, name, version, variable, modifiers: modifiersOf(sample, variable) };
    });
}

function isExternal(external: boolean | { readonly name?: string } | undefined): boolean {
  return external !== undefined && external !== false;
}

function modifiersOf(sample: EnvFile, variable: string | undefined): SecretSpec['modifiers'] {
  const matches = (entry: { readonly key: string }) => entry.key === variable;
  return (sample.entries.findLast(matches) ?? sample.optional.findLast(matches))?.modifiers ?? {};
}

function missingVersion(id: string, variable: string | undefined): CodedError {
  return new CodedError({
    code: 'E_SECRET_VERSION',
    message: `the secret ${id} has no version: ${variable ?? 'its variable'} is empty`,
    fault: 'recipe',
    where: { key: `secrets.${id}.name` },
    hint: `add ${variable ?? `SECRET_${id.toUpperCase()}_VERSION`}=v1 to .env.sample`,
  });
}

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const ALPHANUMERIC = LOWER + LOWER.toUpperCase() + DIGITS;
/** `safespecial` leaves out what shells, URLs and YAML give a meaning to. */
const CHARSETS: Readonly<Record<string, string>> = {
  default: ALPHANUMERIC,
  alnum: ALPHANUMERIC,
  hex: `${DIGITS}abcdef`,
  numeric: DIGITS,
  special: '!@#$%^&*_-+=',
  safespecial: '!@%^&*_-+=',
};

/**
 * Makes a secret's value: `length` characters of its charsets (comma-separated; an unknown one means letters and digits),
 * or without a length a passphrase of six words. `generate=false` is `E_SECRET_NOT_SUPPLIED`: an operator has to give it.
 */
export function generateSecret(spec: Pick<SecretSpec, 'id' | 'modifiers'>): string {
  const { length, charset, generate } = spec.modifiers;
  if (generate === false) {
    throw new CodedError({
      code: 'E_SECRET_NOT_SUPPLIED',
      message: `the secret ${spec.id} is marked generate=false and was not supplied`,
      fault: 'usage',
      where: { key: `secrets.${spec.id}` },
      hint: `supply it: --secret ${spec.id}=@file`,
    });
  }
  if (length === undefined) return Array.from({ length: 6 }, randomWord).join('-');
  const characters = charactersOf(charset ?? 'default');
  return Array.from({ length }, () => characters[randomInt(characters.length)] ?? '').join('');
}

function charactersOf(charset: string): string {
  const sets = charset.split(',').map((name) => CHARSETS[name] ?? ALPHANUMERIC);
  return [...new Set(sets.join(''))].join('');
}

const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aeiou';

/** One of 6400 pronounceable words of four letters: 12.6 bits. */
function randomWord(): string {
  const syllable = () => `${CONSONANTS[randomInt(CONSONANTS.length)]}${VOWELS[randomInt(VOWELS.length)]}`;
  return syllable() + syllable();
}
