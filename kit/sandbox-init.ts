import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { callBroker } from './broker-client.ts';
import { startForwarder } from './forwarder.ts';
import { INSIDE, type TestOrder, type TestRecord } from './protocol.ts';
import { runFile } from './run-file.ts';

/** The first program inside a test sandbox: reads its order from stdin, runs the files one after the other, says how each ended. */

const [line] = (await once(createInterface({ input: process.stdin }), 'line')) as [string];
const order = JSON.parse(line) as TestOrder;
await startForwarder();
const env = testEnvironment(order);
const until = performance.now() + order.timeoutMs;
for (const file of order.files) {
  const left = until - performance.now();
  if (left <= 0) break;
  write({ type: 'started', path: file.path });
  write(await runFile(file, env, left));
}
await attachOut();
write({ type: 'end' });
process.stdin.destroy();

function write(record: TestRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

/** The whole environment of a test; docs/recipe-tests.md lists it. */
function testEnvironment({ target }: TestOrder): Record<string, string> {
  const proxy = `http://127.0.0.1:${INSIDE.proxyPort}`;
  const trust = { NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: '', CURL_CA_BUNDLE: '', REQUESTS_CA_BUNDLE: '' };
  for (const name of Object.keys(trust) as (keyof typeof trust)[]) trust[name] = INSIDE.authority;
  return {
    PATH: '/cc-ci/bin:/usr/bin:/bin',
    HOME: INSIDE.home,
    LANG: 'C.UTF-8',
    TMPDIR: '/tmp',
    CC_CI: '1',
    CC_CI_RUN_ID: target.runId,
    CC_CI_RECIPE: target.recipe,
    CC_CI_STACK: target.stackName,
    CC_CI_DOMAIN: target.domain,
    CC_CI_URL: `https://${target.domain}`,
    CC_CI_VERSION: target.version,
    CC_CI_HOSTS: target.hosts.join(' '),
    CC_CI_TCP_PORTS: target.tcpPorts.join(' '),
    CC_CI_APP_ENV: JSON.stringify(target.env),
    CC_CI_DEPS: JSON.stringify(target.deps ?? {}),
    ...(target.dependent === undefined ? {} : { CC_CI_DEPENDENT: JSON.stringify(target.dependent) }),
    CC_CI_BROKER: INSIDE.broker,
    CC_CI_OUT: INSIDE.out,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    NODE_USE_ENV_PROXY: '1',
    ...trust,
  };
}

/** Hands out what the tests left in the out directory; what the broker refuses (too big, a strange name) stays behind. */
async function attachOut(): Promise<void> {
  for (const entry of await readdir(INSIDE.out, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      await callBroker(
        'PUT',
        `/attachments/${encodeURIComponent(entry.name)}`,
        await readFile(join(INSIDE.out, entry.name)),
      );
    } catch (error: unknown) {
      process.stderr.write(`${entry.name} is not kept: ${String(error)}\n`);
    }
  }
}
