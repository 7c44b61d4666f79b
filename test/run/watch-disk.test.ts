import { mkdir, mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DiskOptions, measureDisk, watchDisk } from '../../src/run/bounds/watch-disk.ts';
import type { Engine } from '../../src/swarm/engine.ts';

const MIB = 1024 ** 2;

/** An Engine that lies elsewhere, so that what its disk has free is not seen: every look then measures. */
async function diskOf(parts: { readonly volume?: number; readonly told?: number } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'disk-'));
  const places = { layer: join(root, 'layer'), anonymous: join(root, 'anonymous'), volume: join(root, 'volume') };
  for (const place of Object.values(places)) await mkdir(place);
  await writeFile(join(places.volume, 'data'), Buffer.alloc(parts.volume ?? 0, 1));
  const engine = {
    info: () => Promise.reject(new Error('away')),
    containers: () => Promise.resolve([{ Id: 'c', Mounts: [{ Type: 'volume', Source: places.anonymous }] }]),
    volumes: () => Promise.resolve([{ Mountpoint: places.volume }]),
    container: () =>
      Promise.resolve(parts.told === undefined ? { GraphDriver: { Data: { UpperDir: places.layer } } } : {}),
    containerSize: () => Promise.resolve(parts.told ?? 0),
  } as unknown as Engine;
  const options: DiskOptions = {
    engine,
    stackNames: ['st'],
    directory: join(root, 'none'),
    boundBytes: MIB,
    lookMs: 1,
  };
  return { options, ...places };
}

const measured = async ({ options }: { readonly options: DiskOptions }) =>
  (await measureDisk(options, new AbortController().signal)) ?? Number.NaN;

test('a run that holds more of the disk than it may is told so, with the figures', async () => {
  const { options } = await diskOf({ volume: 3 * MIB });
  using watch = watchDisk(options);
  await expect.poll(() => watch.signal.aborted, { timeout: 20_000 }).toBe(true);
  expect(watch.signal.reason).toMatchObject({
    code: 'E_BOUND',
    fault: 'usage',
    message: expect.stringMatching(/^the run holds 3\.\d MiB of disk, and may hold 1\.0 MiB, cc-ci’s bound$/),
  });
});

test('volumes, those without a name too, and what containers wrote beside them count', async () => {
  const disk = await diskOf();
  const empty = await measured(disk);
  for (const place of [disk.volume, disk.anonymous, disk.layer])
    await writeFile(join(place, 'x'), Buffer.alloc(MIB, 1));
  expect((await measured(disk)) - empty).toBeGreaterThanOrEqual(3 * MIB);
});

test('where the files of a container cannot be seen the Engine’s word counts', async () => {
  expect((await measured(await diskOf({ told: 5 * MIB }))) - (await measured(await diskOf()))).toBeGreaterThan(4 * MIB);
});

test('a file counts by the room that it takes, and an empty one by its place among the files', async () => {
  const disk = await diskOf();
  const empty = await measured(disk);
  await writeFile(join(disk.volume, 'sparse'), '');
  await truncate(join(disk.volume, 'sparse'), 1024 ** 4);
  expect((await measured(disk)) - empty).toBeLessThan(MIB);
  for (let index = 0; index < 300; index += 1) await writeFile(join(disk.layer, `f${index}`), '');
  expect((await measured(disk)) - empty).toBeGreaterThanOrEqual(300 * 4096);
});
