export type StreamName = 'stdout' | 'stderr';

/**
 * Takes the Engine's multiplexed stream apart: frames of an eight-byte header (stream number, three zero bytes, length in
 * big endian) and a payload. Chunks may end anywhere. The same format serves logs and exec without a terminal.
 */
export function createDemultiplexer(onData: (stream: StreamName, data: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const length = rest.readUInt32BE(4);
      if (rest.length < 8 + length) return;
      onData(rest[0] === 2 ? 'stderr' : 'stdout', rest.subarray(8, 8 + length));
      rest = rest.subarray(8 + length);
    }
  };
}
