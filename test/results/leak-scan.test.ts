import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretForms } from '../../src/base/secret-forms.ts';
import { scanForSecrets } from '../../src/results/leak-scan.ts';
import { html } from '../../src/results/markup.ts';

const SECRET = 'p<a>ß/w?o&r$d "1+1"~';
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cc-ci-leak-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function leaksOf(content: string | Uint8Array, secrets: readonly string[] = [SECRET]): Promise<string[]> {
  await writeFile(join(directory, 'file'), content);
  return scanForSecrets(directory, secrets);
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('scanForSecrets', () => {
  it.each([
    ['plain', SECRET],
    ['base64', base64(SECRET)],
    ['base64 of user and password', `Authorization: Basic ${base64(`admin:${SECRET}`)}`],
    ['base64 with one byte before it', base64(`x${SECRET}y`)],
    ['base64 with two bytes before it', base64(`xy${SECRET}z!`)],
    ['base64url', Buffer.from(SECRET).toString('base64url')],
    ['hex', Buffer.from(SECRET).toString('hex')],
    ['hex in capitals', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['URL-encoded', encodeURIComponent(SECRET)],
    ['URL-encoded as a form', new URLSearchParams({ password: SECRET }).toString()],
    ['JSON', JSON.stringify({ password: SECRET })],
    ['JSON in JSON', JSON.stringify({ line: JSON.stringify({ password: SECRET }) })],
    ['HTML', html`<p>${SECRET}</p>`.markup],
    ['a compose file', SECRET.replaceAll('$', '$$$$')],
    ['the middle of binary data', Buffer.concat([Buffer.alloc(9000, 0xff), Buffer.from(SECRET), Buffer.alloc(50)])],
  ])('finds a value in: %s', async (_, content) => {
    expect(await leaksOf(content)).not.toEqual([]);
  });

  it('names file, secret and form, and never the value', async () => {
    await mkdir(join(directory, 'logs'));
    await writeFile(join(directory, 'logs/app.log'), `token=${base64(SECRET)}`);
    const leaks = await scanForSecrets(directory, ['something else', SECRET]);
    expect(leaks).toEqual(['logs/app.log: secret 2 (base64)']);
  });

  it('finds nothing where there is nothing', async () => {
    expect(await leaksOf('pass word and words that only resemble it')).toEqual([]);
    expect(await leaksOf(SECRET, [])).toEqual([]);
  });

  it('looks for a value without the newline its file ends with', async () => {
    expect(await leaksOf('the value is hunter2222.', ['hunter2222\n'])).toEqual(['file: secret 1 (plain)']);
  });

  it('does not look for values so short that they are found everywhere', async () => {
    expect(await leaksOf('admin true', ['admin', 'true', ''])).toEqual([]);
  });

  it('reads no file that a link points to', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'cc-ci-leak-outside-'));
    await writeFile(join(outside, 'file'), SECRET);
    await symlink(outside, join(directory, 'link'));
    await symlink(join(outside, 'file'), join(directory, 'file'));
    expect(await scanForSecrets(directory, [SECRET])).toEqual([]);
    await rm(outside, { recursive: true });
  });

  it('finds every form of any value at any place, also where it lies across two chunks', async () => {
    const value = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        value,
        fc.nat(400),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(),
        async (secret, offset, chunkBytes, pick) => {
          const forms = secretForms(secret);
          const form = forms[pick % forms.length];
          fc.pre(form !== undefined);
          await writeFile(join(directory, 'file'), Buffer.concat([Buffer.alloc(offset), form.bytes, Buffer.alloc(77)]));
          expect(await scanForSecrets(directory, [secret], { chunkBytes })).toContain(`file: secret 1 (${form.form})`);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds a value inside any longer base64 text', async () => {
    const bytes = fc.string({ unit: 'binary', maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.stringMatching(/^[!-~]{8,24}$/), bytes, async (before, secret, after) => {
        expect(await leaksOf(base64(before + secret + after), [secret])).toContain('file: secret 1 (base64)');
      }),
      { numRuns: 100 },
    );
  });
});
