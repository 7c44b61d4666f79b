import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import { tryLock } from '../base/lock.ts';
import { mustRun } from '../base/process.ts';

const DAY_MS = 24 * 3600 * 1000;

/** A certificate this near to its end is made anew. */
const RENEW_BEFORE_MS = 30 * DAY_MS;
const AUTHORITY_DAYS = 3650;
const CERTIFICATE_DAYS = 390;
const LOCK_WAIT_MS = 60_000;

/** The built-in router's certificate for `*.<suffix>` and the authority that signed it. Names one level deeper are not covered. */
export interface Certificates {
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** True when something was made or renewed by this call. */
  readonly changed: boolean;
}

/**
 * Makes sure of an authority and a wildcard certificate in a directory, with the `openssl` program. The authority is only good
 * for names below the suffix. Both are renewed 30 days before their end; keys are readable by their owner only.
 */
export async function ensureCertificates(
  tlsDir: string,
  domainSuffix: string,
  now = new Date(),
): Promise<Certificates> {
  await mkdir(tlsDir, { recursive: true, mode: 0o700 });
  const lock = await tryLock(join(tlsDir, '.lock'), { waitMs: LOCK_WAIT_MS });
  if (lock === undefined) {
    throw new CodedError({
      code: 'E_TLS_BUSY',
      message: `another process is making certificates in ${tlsDir} for more than a minute`,
      fault: 'infrastructure',
    });
  }
  await using _held = lock;
  const files = filesIn(tlsDir);
  const authority = await readCertificate(files.authorityFile);
  const newAuthority = authority === undefined || !isGoodAuthority(authority, domainSuffix, now);
  if (newAuthority) await makeAuthority(tlsDir, domainSuffix);
  const certificate = newAuthority ? undefined : await readCertificate(files.certificateFile);
  const newCertificate =
    certificate === undefined ||
    authority === undefined ||
    !isGoodCertificate(certificate, authority, domainSuffix, now);
  if (newCertificate) await makeCertificate(tlsDir, domainSuffix);
  return { ...files, changed: newAuthority || newCertificate };
}

/** The paths in a directory, whether or not the files exist. */
export function filesIn(tlsDir: string): Omit<Certificates, 'changed'> {
  return {
    authorityFile: join(tlsDir, 'authority.pem'),
    certificateFile: join(tlsDir, 'wildcard.pem'),
    keyFile: join(tlsDir, 'wildcard.key'),
  };
}

async function readCertificate(path: string): Promise<X509Certificate | undefined> {
  try {
    return new X509Certificate(await readFile(path));
  } catch {
    return undefined;
  }
}

function lastsLongEnough(certificate: X509Certificate, now: Date): boolean {
  return certificate.validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS;
}

function isGoodAuthority(authority: X509Certificate, suffix: string, now: Date): boolean {
  return authority.ca && authority.subject === `CN=${authorityName(suffix)}` && lastsLongEnough(authority, now);
}

function isGoodCertificate(
  certificate: X509Certificate,
  authority: X509Certificate,
  suffix: string,
  now: Date,
): boolean {
  return (
    certificate.checkIssued(authority) &&
    certificate.verify(authority.publicKey) &&
    certificate.checkHost(`name.${suffix}`) !== undefined &&
    lastsLongEnough(certificate, now)
  );
}

function authorityName(suffix: string): string {
  return `cc-ci authority for ${suffix}`;
}

/** Makes files in a directory of their own and moves them in place, keys first: a crash leaves whole files only. */
async function makeIn(tlsDir: string, names: readonly string[], make: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tlsDir, '.new-'));
  try {
    await make(dir);
    for (const name of names) await rename(join(dir, name), join(tlsDir, name));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function makeKey(path: string): Promise<void> {
  // The file exists with its mode before openssl writes into it.
  await writeFile(path, '', { mode: 0o600 });
  await mustRun(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', path]);
  await chmod(path, 0o600);
}

async function makeAuthority(tlsDir: string, suffix: string): Promise<void> {
  await makeIn(tlsDir, ['authority.key', 'authority.pem'], async (dir) => {
    const key = join(dir, 'authority.key');
    await makeKey(key);
    await mustRun([
      'openssl',
      'req',
      '-x509',
      '-new',
      '-sha256',
      '-key',
      key,
      '-out',
      join(dir, 'authority.pem'),
      '-days',
      String(AUTHORITY_DAYS),
      '-subj',
      `/CN=${authorityName(suffix)}`,
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
      '-addext',
      `nameConstraints=critical,permitted;DNS:${suffix}`,
    ]);
  });
}

async function makeCertificate(tlsDir: string, suffix: string): Promise<void> {
  await makeIn(tlsDir, ['wildcard.key', 'wildcard.pem'], async (dir) => {
    const key = join(dir, 'wildcard.key');
    const request = join(dir, 'request.pem');
    const extensions = join(dir, 'extensions');
    await makeKey(key);
    await writeFile(
      extensions,
      [
        `subjectAltName=DNS:*.${suffix},DNS:${suffix}`,
        'basicConstraints=critical,CA:FALSE',
        'keyUsage=critical,digitalSignature',
        'extendedKeyUsage=serverAuth',
        '',
      ].join('\n'),
    );
    await mustRun(['openssl', 'req', '-new', '-sha256', '-key', key, '-subj', `/CN=*.${suffix}`, '-out', request]);
    await mustRun([
      'openssl',
      'x509',
      '-req',
      '-sha256',
      '-in',
      request,
      '-out',
      join(dir, 'wildcard.pem'),
      '-days',
      String(CERTIFICATE_DAYS),
      '-CA',
      join(tlsDir, 'authority.pem'),
      '-CAkey',
      join(tlsDir, 'authority.key'),
      '-extfile',
      extensions,
    ]);
  });
}
