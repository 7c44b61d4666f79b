import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildRounds, DEMO_IMAGES } from '../../src/host/setup/demo-images.ts';
import { contentHash, type ImageInputs } from '../../src/host/setup/image-content.ts';

const examples = join(import.meta.dirname, '../../examples');

const file = fc.record({
  path: fc.string({ minLength: 1 }),
  executable: fc.boolean(),
  bytes: fc.uint8Array({ maxLength: 20 }),
});
const inputs: fc.Arbitrary<ImageInputs> = fc.record({
  parent: fc.string(),
  args: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  files: fc.uniqueArray(file, { maxLength: 5, selector: ({ path }) => path }),
});

describe('the content hash of an image', () => {
  test('does not depend on the order in which files and arguments are read', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const turned = {
          ...given,
          files: [...given.files].reverse(),
          args: Object.fromEntries(Object.entries(given.args).reverse()),
        };
        expect(contentHash(turned)).toBe(contentHash(given));
      }),
    );
  });

  test('changes with the parent, an argument, a name, a mode and every byte', () => {
    const base: ImageInputs = {
      parent: 'p',
      args: { A: '1' },
      files: [{ path: 'a', executable: false, bytes: Buffer.from('xy') }],
    };
    const changed: ImageInputs[] = [
      { ...base, parent: 'q' },
      { ...base, args: { A: '2' } },
      { ...base, args: {} },
      { ...base, files: [] },
      { ...base, files: [{ path: 'b', executable: false, bytes: Buffer.from('xy') }] },
      { ...base, files: [{ path: 'a', executable: true, bytes: Buffer.from('xy') }] },
      { ...base, files: [{ path: 'a', executable: false, bytes: Buffer.from('xz') }] },
    ];
    expect(new Set([base, ...changed].map(contentHash)).size).toBe(changed.length + 1);
  });

  test('keeps a name and a text apart that would read the same one after the other', () => {
    const of = (path: string, text: string) =>
      contentHash({ parent: '', args: {}, files: [{ path, executable: false, bytes: Buffer.from(text) }] });
    expect(of('a', 'x-y')).not.toBe(of('a-x', 'y'));
  });
});

describe('the demo images', () => {
  test('each stands on the image that its Dockerfile names', async () => {
    for (const { folder, from } of DEMO_IMAGES) {
      const dockerfile = await readFile(join(examples, 'images', folder, 'Dockerfile'), 'utf8');
      expect(dockerfile).toMatch(new RegExp(`^FROM ${from}$`, 'm'));
    }
  });

  test('every folder is built, and every tag only once', async () => {
    const folders = await readdir(join(examples, 'images'));
    expect([...new Set(DEMO_IMAGES.map(({ folder }) => folder))].toSorted()).toEqual(folders.toSorted());
    expect(new Set(DEMO_IMAGES.map(({ tag }) => tag)).size).toBe(DEMO_IMAGES.length);
  });

  test('every image that a release of an example recipe names is among them', async () => {
    const entries = await readdir(join(examples, 'sources'), { recursive: true, withFileTypes: true });
    const composes = entries.filter(({ name }) => /^compose.*\.yml$/.test(name));
    const texts = await Promise.all(composes.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
    const named = texts.flatMap((text) => [...text.matchAll(/^\s*image:\s*["']?(?<image>cc-ci-demo\/[^\s"']+)/gm)]);
    const known = DEMO_IMAGES.map(({ tag }) => tag);

    expect(named.length).toBeGreaterThan(0);
    expect(
      [...new Set(named.map(({ groups }) => groups?.['image']))].filter((image) => !known.includes(image ?? '')),
    ).toEqual([]);
  });

  test('an image is built after the one it stands on', () => {
    const rounds = buildRounds(DEMO_IMAGES);
    const roundOf = (tag: string) => rounds.findIndex((round) => round.some((image) => image.tag === tag));

    expect(rounds.flat()).toHaveLength(DEMO_IMAGES.length);
    for (const { tag, from } of DEMO_IMAGES) expect(roundOf(tag)).toBeGreaterThan(roundOf(from));
  });

  test('images that stand on each other are a defect, not an endless loop', () => {
    const image = (tag: string, from: string) => ({ tag, from, folder: tag, args: {} });
    expect(() => buildRounds([image('a', 'b'), image('b', 'a')])).toThrow('stand on each other');
  });
});
