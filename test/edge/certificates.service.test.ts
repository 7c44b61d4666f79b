import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureCertificates } from '../../src/edge/certificates.ts';

const DAY_MS = 24 * 3600 * 1000;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cc-ci-tls-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

test('a wildcard certificate is made once, for one level below the suffix, by an authority bound to the suffix', async () => {
  const first = await ensureCertificates(dir, 'ci.test');
  expect(first.changed).toBe(true);
  const certificate = new X509Certificate(await readFile(first.certificateFile));
  const authority = new X509Certificate(await readFile(first.authorityFile));
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkHost('app.ci.test')).toBeDefined();
  expect(certificate.checkHost('www.app.ci.test')).toBeUndefined();
  expect((await ensureCertificates(dir, 'ci.test')).changed).toBe(false);
});

test('keys are for their owner only', async () => {
  const { keyFile } = await ensureCertificates(dir, 'ci.test');
  for (const path of [keyFile, join(dir, 'authority.key')]) expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('near its end only the certificate is renewed, and a browser that trusts the authority goes on trusting', async () => {
  const { authorityFile, certificateFile } = await ensureCertificates(dir, 'ci.test');
  const before = await Promise.all([readFile(authorityFile, 'utf8'), readFile(certificateFile, 'utf8')]);
  const later = new Date(Date.now() + 370 * DAY_MS);
  expect((await ensureCertificates(dir, 'ci.test', later)).changed).toBe(true);
  expect(await readFile(authorityFile, 'utf8')).toBe(before[0]);
  expect(await readFile(certificateFile, 'utf8')).not.toBe(before[1]);
});

test('another suffix gets its own', async () => {
  await ensureCertificates(dir, 'ci.test');
  const { changed, certificateFile } = await ensureCertificates(dir, 'other.test');
  expect(changed).toBe(true);
  expect(new X509Certificate(await readFile(certificateFile)).checkHost('a.other.test')).toBeDefined();
});
