import { createSocket } from 'node:dgram';

/** A name server for whom no name exists (RFC 1035, 4.1); listens on the address it is given and says so on its output. */
const HEADER = 12;

/** The question again, marked as an answer: QR, RD, RA, and the code NXDOMAIN. */
function nobody(query: Buffer): Buffer {
  let end = HEADER;
  while ((query[end] ?? 0) !== 0) end += (query[end] ?? 0) + 1;
  // The name's last byte, type and class; what may follow is not part of the question.
  const answer = Buffer.from(query.subarray(0, end + 5));
  answer.writeUInt16BE(0x8183, 2);
  answer.fill(0, 6, HEADER);
  return answer;
}

const server = createSocket('udp4');
server.on('message', (query, from) => {
  if (query.length > HEADER) server.send(nobody(query), from.port, from.address);
});
server.bind(53, process.argv[2], () => process.stdout.write('listening\n'));
