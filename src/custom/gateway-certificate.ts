import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../base/process.ts';

/** What the gateway shows to those in the sandbox; PEM. */
export interface GatewayCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a certificate for the run's host names that vouches for itself, good for two days. Only the sandbox that it is made for
 * trusts it, and its key is never in a file that the sandbox can see.
 */
export async function makeGatewayCertificate(hosts: readonly string[]): Promise<GatewayCertificate> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const directory = await mkdtemp(join(tmpdir(), 'cc-ci-gateway-'));
  try {
    const file = join(directory, 'key.pem');
    await writeFile(file, key, { mode: 0o600 });
    const names = hosts.map((host) => `DNS:${host}`).join(',');
    const { stdout } = await mustRun([
      'openssl',
      'req',
      '-x509',
      '-new',
      '-sha256',
      '-key',
      file,
      '-subj',
      '/CN=cc-ci gateway',
      '-days',
      '2',
      '-addext',
      `subjectAltName=${names}`,
    ]);
    return { cert: stdout, key };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
