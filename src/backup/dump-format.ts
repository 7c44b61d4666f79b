import type { LayeredScan, Scan } from './stream-scan.ts';
import type { DumpReport } from './types.ts';

type Judged = Pick<DumpReport, 'kind' | 'parses' | 'detail'>;

/**
 * Says what a dump is and whether it is whole, from the ends of it. Formats that end with a mark of their own have to
 * have it; a compressed one has to decompress to its end and hold something.
 */
export function judgeDump(path: string, scan: LayeredScan): Judged {
  const { outer, inner, compression } = scan;
  if (outer.error !== undefined) return { kind: 'unknown', parses: false, detail: outer.error };
  if (outer.bytes === 0) return { kind: kindByName(path), parses: false, detail: 'it is empty' };
  if (inner === undefined || compression === undefined) return judgeContent(path, outer);
  const kind = 'gzip';
  if (inner.error !== undefined)
    return { kind, parses: false, detail: `the ${compression} data is damaged: ${inner.error}` };
  if (inner.bytes === 0) return { kind, parses: false, detail: `the ${compression} data holds nothing` };
  const content = judgeContent(path.replace(/\.(?:gz|zst|zstd)$/i, ''), inner);
  return { kind, parses: content.parses, detail: `${compression} of ${content.kind}: ${content.detail}` };
}

function judgeContent(path: string, scan: Scan): Judged {
  const { head, tail, bytes } = scan;
  if (head.subarray(0, 5).toString('latin1') === 'PGDMP') return judgePgCustom(bytes);
  if (head.subarray(0, 5).toString('latin1') === 'REDIS') return judgeRdb(tail, bytes);
  if (head.subarray(0, 16).toString('latin1') === 'SQLite format 3\0') return judgeSqlite(head, bytes);
  if (head.length >= 512 && head.subarray(257, 262).toString('latin1') === 'ustar') return judgeTar(tail, bytes);
  return judgeText(path, head.toString('latin1'), tail.toString('latin1'));
}

/** Text that dump tools of databases begin and end with. */
const SQL_TOOLS: readonly { readonly tool: string; readonly begins: RegExp; readonly ends: RegExp }[] = [
  {
    tool: 'pg_dumpall',
    begins: /^--\r?\n-- PostgreSQL database cluster dump/m,
    ends: /^-- PostgreSQL database cluster dump complete/m,
  },
  { tool: 'pg_dump', begins: /^--\r?\n-- PostgreSQL database dump/m, ends: /^-- PostgreSQL database dump complete/m },
  { tool: 'mysqldump', begins: /^-- (?:MySQL|MariaDB) dump /m, ends: /^-- Dump completed/m },
  { tool: 'sqlite3 .dump', begins: /^PRAGMA foreign_keys=OFF;/, ends: /^COMMIT;\s*$/m },
];

function judgeText(path: string, head: string, tail: string): Judged {
  if (tail.trim() === '') return { kind: kindByName(path), parses: false, detail: 'it holds only blanks' };
  for (const { tool, begins, ends } of SQL_TOOLS) {
    if (!begins.test(head)) continue;
    return ends.test(tail)
      ? { kind: 'sql', parses: true, detail: `${tool} text with its last line` }
      : { kind: 'sql', parses: false, detail: `${tool} text without its last line: it was cut off` };
  }
  if (kindByName(path) !== 'sql') {
    return { kind: 'unknown', parses: true, detail: 'not a format that can be checked; it is not empty' };
  }
  // A tool that was told to leave out comments: all that can be asked is a statement, and that the last one is whole.
  const last = tail.trimEnd().split('\n').at(-1) ?? '';
  return /;/.test(head + tail) && /;\s*$|^--/.test(last)
    ? { kind: 'sql', parses: true, detail: 'SQL text that ends with a whole statement' }
    : { kind: 'sql', parses: false, detail: 'SQL text that does not end with a whole statement: it was cut off' };
}

function judgePgCustom(bytes: number): Judged {
  return bytes > 100
    ? { kind: 'pg-custom', parses: true, detail: 'custom format of pg_dump: only its header was looked at' }
    : { kind: 'pg-custom', parses: false, detail: 'custom format of pg_dump, cut off after its header' };
}

function judgeRdb(tail: Buffer, bytes: number): Judged {
  // The end mark 0xFF and a checksum of eight bytes end the file since version 5 of the format.
  return bytes > 18 && tail.at(-9) === 0xff
    ? { kind: 'rdb', parses: true, detail: 'Redis snapshot with its end mark' }
    : { kind: 'rdb', parses: false, detail: 'Redis snapshot without its end mark: it was cut off' };
}

function judgeSqlite(head: Buffer, bytes: number): Judged {
  const stored = head.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  const pages = head.readUInt32BE(28);
  // The page count in the header counts only when it was written by the same change as the rest of it.
  const counted = pages > 0 && head.readUInt32BE(24) === head.readUInt32BE(92);
  return bytes < pageSize || (counted && bytes < pages * pageSize)
    ? { kind: 'sqlite', parses: false, detail: `SQLite database of ${pages} pages, cut off after ${bytes} bytes` }
    : { kind: 'sqlite', parses: true, detail: 'SQLite database with all its pages' };
}

function judgeTar(tail: Buffer, bytes: number): Judged {
  const ended = bytes % 512 === 0 && tail.subarray(-1024).every((byte) => byte === 0);
  return ended && bytes > 1024
    ? { kind: 'tar', parses: true, detail: 'tar archive with its end' }
    : { kind: 'tar', parses: false, detail: 'tar archive without its end: it was cut off' };
}

function kindByName(path: string): DumpReport['kind'] {
  if (/\.sql$/i.test(path)) return 'sql';
  if (/\.(?:gz|tgz)$/i.test(path)) return 'gzip';
  if (/\.tar$/i.test(path)) return 'tar';
  if (/\.rdb$/i.test(path)) return 'rdb';
  return 'unknown';
}
