import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { judgeDump } from '../../src/backup/dump-format.ts';
import { scanFile, scanStream } from '../../src/backup/stream-scan.ts';

const directory = mkdtempSync(join(tmpdir(), 'cc-ci-dump-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function judge(name: string, content: string | Uint8Array) {
  const path = join(directory, name);
  writeFileSync(path, content);
  return judgeDump(name, await scanFile(path, []));
}

const PG_DUMP = `--\n-- PostgreSQL database dump\n--\n\n${'INSERT INTO t VALUES (1);\n'.repeat(500)}\n--\n-- PostgreSQL database dump complete\n--\n\n`;
const PG_DUMPALL =
  '--\n-- PostgreSQL database cluster dump\n--\nCREATE ROLE app;\n--\n-- PostgreSQL database cluster dump complete\n--\n';
const MARIADB =
  '/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\nCREATE TABLE t;\n-- Dump completed on 2026-01-01\n';
const SQLITE_TEXT = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (x);\nCOMMIT;\n';

function sqliteFile(): Buffer {
  const path = join(directory, 'made.db');
  rmSync(path, { force: true });
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE t (x); INSERT INTO t VALUES ('${'y'.repeat(20_000)}')`);
  database.close();
  return readFileSync(path);
}

function tarFile(): Buffer {
  const path = join(directory, 'made.tar');
  writeFileSync(join(directory, 'member'), 'z'.repeat(5000));
  execFileSync('tar', ['-cf', path, '-C', directory, 'member']);
  return readFileSync(path);
}

const rdb = Buffer.concat([Buffer.from('REDIS0009'), Buffer.alloc(40, 1), Buffer.from([0xff]), Buffer.alloc(8, 7)]);

describe('a whole dump parses', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['a.sql', PG_DUMP, 'sql'],
    ['a.sql', `${PG_DUMP}\\unrestrict x9\n`, 'sql'],
    ['a.sql', PG_DUMPALL, 'sql'],
    ['a.sql', MARIADB, 'sql'],
    ['a.sql', SQLITE_TEXT, 'sql'],
    ['a.sql', 'CREATE TABLE t (x int);\n', 'sql'],
    ['a.sql.gz', gzipSync(PG_DUMP), 'gzip'],
    ['a.sql.zst', zstdCompressSync(PG_DUMP), 'gzip'],
    ['a.tar', tarFile(), 'tar'],
    ['a.tar.gz', gzipSync(tarFile()), 'gzip'],
    ['dump.rdb', rdb, 'rdb'],
    ['app.db', sqliteFile(), 'sqlite'],
    ['a.dump', Buffer.concat([Buffer.from('PGDMP'), Buffer.alloc(500)]), 'pg-custom'],
    ['a.bin', 'something else', 'unknown'],
  ])('%s', async (name, content, kind) => {
    expect(await judge(name, content)).toMatchObject({ kind, parses: true });
  });
});

describe('a dump does not parse', () => {
  test.each<[string, string, string | Uint8Array, string]>([
    ['that is empty', 'a.sql', '', 'it is empty'],
    ['of blanks', 'a.sql', '\n\n', 'only blanks'],
    ['of pg_dump, cut off', 'a.sql', PG_DUMP.slice(0, 3000), 'cut off'],
    ['of mysqldump, cut off', 'a.sql', MARIADB.slice(0, -40), 'cut off'],
    ['of sqlite3, cut off', 'a.sql', SQLITE_TEXT.slice(0, -9), 'cut off'],
    ['without comments, cut off', 'a.sql', 'INSERT INTO t VALUES (1', 'whole statement'],
    ['in gzip that holds nothing', 'a.sql.gz', gzipSync(''), 'holds nothing'],
    ['in gzip, cut off', 'a.sql.gz', gzipSync(PG_DUMP).subarray(0, 60), 'damaged'],
    ['in gzip, cut off before it was compressed', 'a.sql.gz', gzipSync(PG_DUMP.slice(0, 3000)), 'cut off'],
    ['as tar, cut off', 'a.tar', tarFile().subarray(0, 3000), 'cut off'],
    ['as rdb, cut off', 'dump.rdb', rdb.subarray(0, 30), 'cut off'],
    ['as SQLite, cut off', 'app.db', sqliteFile().subarray(0, 8192), 'cut off'],
    ['in custom format, cut off', 'a.dump', 'PGDMP', 'cut off'],
  ])('%s', async (_, name, content, detail) => {
    expect(await judge(name, content)).toMatchObject({ parses: false, detail: expect.stringContaining(detail) });
  });
});

test('no cut of a pg_dump text before its last line parses, compressed or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: PG_DUMP.indexOf('-- PostgreSQL database dump complete') }),
      async (length) => {
        expect((await judge('cut.sql', PG_DUMP.slice(0, length))).parses).toBe(false);
        expect((await judge('cut.sql.gz', gzipSync(PG_DUMP.slice(0, length)))).parses).toBe(false);
      },
    ),
    { numRuns: 60 },
  );
});

test('a token is found wherever the stream is cut into chunks', async () => {
  const text = 'aaaaTOKENbbbb';
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: text.length }), { maxLength: 6 }), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const chunks = places.slice(1).map((end, index) => Buffer.from(text.slice(places[index], end)));
      const scan = await scanStream(Readable.from(chunks), ['TOKEN', 'OTHER']);
      expect([...scan.tokens]).toEqual(['TOKEN']);
      expect(scan.bytes).toBe(text.length);
    }),
  );
});
