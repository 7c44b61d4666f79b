import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBlankPng } from '../../src/custom/png.ts';

/** Writes RGB rows as a PNG, each row with the given filter (0 none, 1 left, 2 up). Checksums are not looked at. */
function png(rows: readonly (readonly number[])[], filters: readonly number[]): Buffer {
  const width = (rows[0]?.length ?? 0) / 3;
  const raw = rows.flatMap((row, y) => {
    const filter = filters[y] ?? 0;
    const before = (x: number) => (filter === 1 ? (row[x - 3] ?? 0) : filter === 2 ? (rows[y - 1]?.[x] ?? 0) : 0);
    return [filter, ...row.map((value, x) => (value - before(x) + 256) % 256)];
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(raw))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const byte = fc.nat(255);
const shape = fc.record({
  colour: fc.tuple(byte, byte, byte),
  width: fc.integer({ min: 1, max: 8 }),
  filters: fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
});

test('one colour is blank, one other pixel is not, whatever the filters', () => {
  fc.assert(
    fc.property(shape, fc.nat(), ({ colour, width, filters }, at) => {
      const rows = filters.map(() => Array.from({ length: width }, () => colour).flat());
      expect(isBlankPng(png(rows, filters))).toBe(true);
      const row = rows[at % rows.length];
      if (row === undefined || rows.length * width < 2) return;
      const x = at % row.length;
      row[x] = ((row[x] ?? 0) + 1) % 256;
      expect(isBlankPng(png(rows, filters))).toBe(false);
    }),
  );
});

test('anything else is refused', () => {
  expect(() => isBlankPng(Buffer.from('GIF89a'))).toThrow('not a PNG');
  expect(() => isBlankPng(png([[1, 2, 3]], [0]).subarray(0, 40))).toThrow();
});
