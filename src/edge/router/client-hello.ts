/** What the first bytes of a connection say: not enough yet, or the name in a TLS greeting (none when there is none). */
export type Greeting = 'incomplete' | { readonly name: string | undefined };

/** A greeting longer than this is no browser's. */
const MAX_BYTES = 32 * 1024;

/** Reads the server name out of a TLS ClientHello (RFC 8446, 4.1.2 and RFC 6066, 3) that may come in pieces. */
export function serverNameOf(data: Buffer): Greeting {
  const none = { name: undefined };
  if (data.length < 1) return 'incomplete';
  if (data[0] !== 0x16 || data.length > MAX_BYTES) return none;
  const message = handshake(data);
  if (message === undefined) return 'incomplete';
  try {
    return { name: findName(message) };
  } catch (error: unknown) {
    // Reading beyond the end: malformed, and TLS itself will say so.
    if (error instanceof RangeError) return none;
    throw error;
  }
}

/** The first handshake message, its records joined; undefined while bytes are missing. */
function handshake(data: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  let size = 0;
  while (at + 5 <= data.length && data[at] === 0x16) {
    const length = data.readUInt16BE(at + 3);
    if (at + 5 + length > data.length) return undefined;
    parts.push(data.subarray(at + 5, at + 5 + length));
    size += length;
    at += 5 + length;
    const joined = Buffer.concat(parts);
    if (size >= 4 && size >= 4 + joined.readUIntBE(1, 3)) return joined;
  }
  return undefined;
}

function findName(message: Buffer): string | undefined {
  let at = 4 + 2 + 32;
  at += 1 + message.readUInt8(at);
  at += 2 + message.readUInt16BE(at);
  at += 1 + message.readUInt8(at);
  const end = at + 2 + message.readUInt16BE(at);
  at += 2;
  while (at + 4 <= end) {
    const type = message.readUInt16BE(at);
    const length = message.readUInt16BE(at + 2);
    // Extension 0: a list (2 bytes), the kind of name (1 byte, 0), its length (2 bytes), the name.
    if (type === 0) return message.toString('ascii', at + 9, at + 9 + message.readUInt16BE(at + 7)).toLowerCase();
    at += 4 + length;
  }
  return undefined;
}
