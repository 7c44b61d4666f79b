import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDemultiplexer } from '../../src/swarm/demux.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

test('frames come out whole however the bytes are cut', () => {
  const frames = fc.array(fc.record({ stream: fc.constantFrom(1 as const, 2 as const), text: fc.string() }));
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (list, sizes) => {
      const seen = { stdout: '', stderr: '' };
      const feed = createDemultiplexer((stream, data) => {
        seen[stream] += data.toString();
      });
      const bytes = Buffer.concat(list.map(({ stream, text }) => frame(stream, text)));
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        feed(bytes.subarray(at, at + size));
        at += size;
      }
      const expected = (wanted: 1 | 2) =>
        list
          .filter(({ stream }) => stream === wanted)
          .map(({ text }) => Buffer.from(text).toString())
          .join('');
      expect(seen).toEqual({ stdout: expected(1), stderr: expected(2) });
    }),
  );
});
