import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { messageOf } from '../base/errors.ts';
import { largest } from '../base/lists.ts';

/** What one pass over a stream saw. */
export interface Scan {
  readonly bytes: number;
  /** The first and the last bytes. */
  readonly head: Buffer;
  readonly tail: Buffer;
  /** Which of the sought tokens occur. */
  readonly tokens: ReadonlySet<string>;
  /** Why the stream ended early: a damaged or truncated archive. */
  readonly error: string | undefined;
}

/** A file, layer by layer: itself, and what is in it where it is compressed. */
export interface LayeredScan {
  readonly outer: Scan;
  readonly compression: 'gzip' | 'zstd' | undefined;
  readonly inner: Scan | undefined;
}

const HEAD_BYTES = 1024;
const TAIL_BYTES = 4096;

/** Reads a file once, and once more through its decompressor where it is compressed; memory use does not grow with its size. */
export async function scanFile(path: string, tokens: readonly string[]): Promise<LayeredScan> {
  const outer = await scanStream(createReadStream(path), tokens);
  const compression = compressionOf(outer.head);
  if (compression === undefined) return { outer, compression, inner: undefined };
  const source = createReadStream(path);
  const plain = source.pipe(compression === 'gzip' ? createGunzip() : createZstdDecompress());
  source.once('error', (error) => plain.destroy(error));
  return { outer, compression, inner: await scanStream(plain, tokens) };
}

function compressionOf(head: Buffer): 'gzip' | 'zstd' | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  return undefined;
}

/** Reads a stream to its end, keeping its two ends and looking for tokens, across the borders of chunks as well. */
export async function scanStream(stream: Readable, tokens: readonly string[]): Promise<Scan> {
  const overlap = Math.max(0, largest(tokens.map((token) => Buffer.byteLength(token) - 1)));
  const found = new Set<string>();
  let bytes = 0;
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let error: string | undefined;
  try {
    for await (const part of stream) {
      const chunk: Buffer = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
      const window = Buffer.concat([tail.subarray(Math.max(0, tail.length - overlap)), chunk]);
      for (const token of tokens) if (!found.has(token) && window.includes(token)) found.add(token);
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      const joined = chunk.length >= TAIL_BYTES ? chunk : Buffer.concat([tail, chunk]);
      tail = Buffer.from(joined.subarray(Math.max(0, joined.length - TAIL_BYTES)));
      bytes += chunk.length;
    }
  } catch (caught: unknown) {
    error = messageOf(caught);
  }
  return { bytes, head, tail, tokens: found, error };
}
