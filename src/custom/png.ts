import { inflateSync } from 'node:zlib';

/** A photograph can be no bigger than this: 4096 × 4096 pixels of four bytes, and a filter byte per row. */
const MAX_RAW = 4096 * (4096 * 4 + 1);
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * True when all pixels of a PNG have the same colour. Understands what browsers write: 8 bits, RGB or RGBA, not
 * interlaced; throws for anything else. Format: https://www.w3.org/TR/png-3/
 */
export function isBlankPng(png: Uint8Array): boolean {
  const { width, height, channels, raw } = readPng(Buffer.from(png));
  const stride = width * channels;
  let above = Buffer.alloc(stride);
  let first: Buffer | undefined;
  for (let row = 0; row < height; row += 1) {
    const start = row * (stride + 1);
    const line = Buffer.from(raw.subarray(start + 1, start + 1 + stride));
    unfilter(raw[start] ?? 0, line, above, channels);
    first ??= Buffer.from(line.subarray(0, channels));
    for (let at = 0; at < stride; at += channels) {
      if (line.compare(first, 0, channels, at, at + channels) !== 0) return false;
    }
    above = line;
  }
  return true;
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly raw: Buffer;
}

function readPng(png: Buffer): Pixels {
  if (!png.subarray(0, 8).equals(SIGNATURE) || png.length < 33) throw new Error('not a PNG');
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const [depth, colour, , , interlace] = png.subarray(24, 29);
  if (depth !== 8 || (colour !== 2 && colour !== 6) || interlace !== 0) throw new Error('not a PNG of a browser');
  const channels = colour === 2 ? 3 : 4;
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts), { maxOutputLength: MAX_RAW });
  if (raw.length !== height * (width * channels + 1)) throw new Error('the PNG is cut off');
  return { width, height, channels, raw };
}

/** Undoes a row's filter in place. `above` is the row before, already undone. */
function unfilter(filter: number, line: Buffer, above: Buffer, channels: number): void {
  for (let at = 0; at < line.length; at += 1) {
    const left = line[at - channels] ?? 0;
    const up = above[at] ?? 0;
    const corner = at < channels ? 0 : (above[at - channels] ?? 0);
    line[at] = ((line[at] ?? 0) + predict(filter, left, up, corner)) & 0xff;
  }
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
