import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { MaskStream } from '../base/mask.ts';
import { countOf } from '../base/text.ts';

/** What is kept of one service's log; a program that writes without end must not fill the disk. */
const MOST_BYTES = 64 * 1024 ** 2;

/** A log on disk. Each line has a number, counted from 1; where lines are missing, numbers are, and a line says so. */
export interface LogFile {
  /** A writer for one of the streams that go into the file: lines of several are never mixed. */
  open(mask: MaskStream): LogWriter;
  /** Says that something is not in the log. */
  gap(reason: string): void;
  /** Resolves when all is on disk. */
  close(): Promise<void>;
}

export interface LogWriter {
  write(data: Buffer): void;
  /** Writes the last line, when it has no end. */
  end(): void;
}

/** Opens a log, of which no more than `mostBytes` are kept. What goes into it is masked before it reaches the disk. */
export function openLogFile(path: string, mostBytes: number = MOST_BYTES): LogFile {
  const file = createWriteStream(path, { flags: 'a' });
  // A full disk ends the log, not the run; the numbers show where it broke off.
  file.on('error', () => undefined);
  let number = 0;
  let bytes = 0;
  let dropped = 0;
  const put = (line: string) => {
    number += 1;
    file.write(`${number} ${line}\n`);
  };
  const keep = (line: string) => {
    bytes += line.length + 1;
    if (bytes <= mostBytes) return put(line);
    number += 1;
    dropped += 1;
  };
  return {
    open: (mask) => splitLines(mask, keep),
    gap: (reason) => put(`[gap: ${reason}]`),
    async close() {
      if (dropped > 0) put(`[gap: ${countOf(dropped, 'line')} not kept: this log is longer than ${mostBytes} bytes]`);
      file.end();
      await finished(file).catch(() => undefined);
    },
  };
}

function splitLines(mask: MaskStream, keep: (line: string) => void): LogWriter {
  let rest = '';
  const take = (data: Buffer) => {
    // One character for each byte, so that none that is cut in two is lost.
    const lines = (rest + data.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) keep(Buffer.from(line, 'latin1').toString());
  };
  return {
    write: (data) => take(mask.write(data)),
    end() {
      take(mask.end());
      if (rest !== '') keep(Buffer.from(rest, 'latin1').toString());
      rest = '';
    },
  };
}
