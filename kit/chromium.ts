import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import type { Browser } from 'playwright-core';
import { connectThroughGateway } from './connect.ts';
import { INSIDE } from './protocol.ts';

// No sandbox of its own: the one around us forbids the namespaces it would be made of, and is tighter.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

/** The size of every page, in CSS pixels. */
export const VIEWPORT = { width: 1280, height: 800 } as const;

/**
 * Starts Debian's Chromium, without windows, with an empty profile behind the gateway. The certificate that `host` shows is first
 * verified against the one that the sandbox trusts, and Chromium then accepts exactly that key: every other certificate error
 * stays an error.
 */
export async function launchChromium(host: string): Promise<Browser> {
  // Loaded here because it costs 0.7 s, which a test without a page should not pay.
  const [{ chromium }, pins] = await Promise.all([import('playwright-core'), pinOf(host)]);
  return chromium.launch({
    executablePath: await chromiumPath(),
    args: [...FLAGS, ...pins.map((pin) => `--ignore-certificate-errors-spki-list=${pin}`)],
    proxy: { server: `http://127.0.0.1:${INSIDE.proxyPort}`, bypass: '<-loopback>' },
    timeout: 30_000,
  });
}

/**
 * Where Debian's packages have it, the best first. The headless shell shows a page in a quarter of the time and a fifth of the
 * processor time that the whole browser takes. The wrappers in `/usr/bin` cost time and print a stray warning.
 */
const PLACES = ['/usr/lib/chromium/chromium-headless-shell', '/usr/lib/chromium/chromium', '/usr/bin/chromium'];

/** The Chromium to start; an error that says where it was looked for when there is none. */
export async function chromiumPath(): Promise<string> {
  for (const place of PLACES) {
    const there = await access(place).then(
      () => true,
      () => false,
    );
    if (there) return place;
  }
  throw new Error(`there is no Chromium; looked for ${PLACES.join(', ')}`);
}

async function pinOf(host: string): Promise<string[]> {
  const [ca, socket] = await Promise.all([readFile(INSIDE.authority), connectThroughGateway(host, 443)]);
  return new Promise((resolve, reject) => {
    const secure = connect({ socket, servername: host, ca }, () => {
      const key = secure.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
      secure.destroy();
      if (key === undefined) reject(new Error(`${host} showed no certificate`));
      else resolve([createHash('sha256').update(key).digest('base64')]);
    });
    secure.once('error', (error) => {
      // A certificate that nobody vouches for is Chromium's to refuse, in its own words.
      if ('code' in error && error.code === 'DEPTH_ZERO_SELF_SIGNED_CERT') resolve([]);
      else reject(error);
    });
  });
}
