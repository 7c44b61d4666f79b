import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '../base/process.ts';

/** What the gateway shows to those in the sandbox; PEM. */
export interface GatewayCertificate {
  readonly cert: string;
  readonly key: string;
  /** Where it was made, and where another one for the same sandbox may be. */
  readonly directory: string;
}

/** Either way, so that a clock which is set right during a run makes it neither too young nor too old. */
const DAYS = 30;

/**
 * Makes a certificate for the run's host names that vouches for itself. Only the sandbox that it is made for trusts it, and its
 * key is never in a file that the sandbox can see. It is made below a directory that whoever cleans up after a killed run removes.
 */
export async function makeGatewayCertificate(hosts: readonly string[], directory: string): Promise<GatewayCertificate> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const workshop = await mkdtemp(join(directory, 'gateway-'));
  const at = (name: string) => join(workshop, name);
  try {
    await writeFile(at('key.pem'), key, { mode: 0o600 });
    await writeFile(at('index.txt'), '');
    await writeFile(at('ca.cnf'), authorityConfig(workshop, hosts));
    const request = ['-key', at('key.pem'), '-subj', '/CN=cc-ci gateway', '-out', at('request.pem')];
    await mustRun(['openssl', 'req', '-new', '-sha256', ...request]);
    // `req -x509` begins now; only `ca` takes a date before it, in the versions that distributions have.
    const dates = ['-startdate', asn1Time(-DAYS), '-enddate', asn1Time(DAYS)];
    const signed = ['-config', at('ca.cnf'), '-in', at('request.pem'), '-keyfile', at('key.pem'), ...dates];
    const { stdout } = await mustRun(['openssl', 'ca', '-batch', '-selfsign', '-notext', ...signed]);
    return { cert: stdout, key, directory };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

function authorityConfig(directory: string, hosts: readonly string[]): string {
  return `[ca]
default_ca = gateway
[gateway]
database = ${directory}/index.txt
new_certs_dir = ${directory}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
basicConstraints = critical,CA:TRUE
subjectAltName = ${hosts.map((host) => `DNS:${host}`).join(',')}
`;
}

/** Days from now as `YYYYMMDDHHMMSSZ`. */
function asn1Time(days: number): string {
  const iso = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}
