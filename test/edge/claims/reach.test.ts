import { expect, test } from 'vitest';
import { forbiddenLabels, labelReach } from '../../../src/edge/claims/reach.ts';
import { stackWith } from '../support/stack.ts';

const OWNER = { stackName: 'app_ci_test', domain: 'app.ci.test', foreignProxy: true };
const HTTP = 'traefik.http';

const reachOf = (labels: Readonly<Record<string, string>>) =>
  labelReach(stackWith(labels), OWNER).map(({ value, sentence }) => `${value}: ${sentence}`);
const forbidden = (labels: Readonly<Record<string, string>>) =>
  forbiddenLabels(stackWith(labels), OWNER).map(({ label, code, weight }) => `${weight} ${code} ${label}`);

test('what an ordinary recipe writes reaches nowhere', () => {
  const ordinary = {
    'traefik.enable': 'true',
    'traefik.docker.network': 'proxy',
    [`${HTTP}.services.app_ci_test.loadbalancer.server.port`]: '80',
    [`${HTTP}.routers.app_ci_test.rule`]: 'Host(`app.ci.test`)',
    [`${HTTP}.routers.app_ci_test.entrypoints`]: 'web-secure',
    [`${HTTP}.routers.app_ci_test.tls.certresolver`]: 'staging',
    [`${HTTP}.routers.app_ci_test.middlewares`]: 'app_ci_test-redirect@docker,app_ci_test-sp',
    [`${HTTP}.middlewares.app_ci_test-redirect.headers.SSLForceHost`]: 'true',
    [`${HTTP}.middlewares.app_ci_test-sp.stripprefix.prefixes`]: '/x',
    [`${HTTP}.middlewares.app_ci_test-auth.forwardauth.address`]: 'http://app:4180/oauth2/auth',
    [`${HTTP}.routers.app-ci-test-two.tls.options`]: 'default',
  };
  expect(reachOf(ordinary)).toEqual([]);
  expect(forbidden(ordinary)).toEqual([]);
});

test.each<[string, Record<string, string>, string[]]>([
  [
    'a name that another stack may have',
    { [`${HTTP}.routers.wiki.rule`]: 'Host(`app.ci.test`)', [`${HTTP}.routers.wiki.tls`]: 'true' },
    ['defines wiki: defines the router wiki, a name that other stacks may use: begin it with ${STACK_NAME}'],
  ],
  [
    'a service of the victim’s name',
    { [`${HTTP}.services.wiki_example_org.loadbalancer.server.port`]: '80' },
    [
      'defines wiki_example_org: defines the service wiki_example_org, a name that other stacks may use: begin it with ${STACK_NAME}',
    ],
  ],
  [
    'middlewares of others, by any provider',
    { [`${HTTP}.routers.app_ci_test.middlewares`]: 'login@file, wiki-auth' },
    [
      'login@file: uses login@file, which this stack does not define',
      'wiki-auth: uses wiki-auth, which this stack does not define',
    ],
  ],
  [
    'the same in a chain, by index',
    { [`${HTTP}.middlewares.app_ci_test-c.chain.middlewares[0]`]: 'wiki-auth@swarm' },
    ['wiki-auth@swarm: uses wiki-auth@swarm, which this stack does not define'],
  ],
  [
    'TLS options of others',
    { [`${HTTP}.routers.app_ci_test.tls.options`]: 'default@file' },
    ['default@file: uses default@file, which this stack does not define'],
  ],
  [
    'a whole port of the operator’s',
    { 'traefik.tcp.routers.app_ci_test.rule': 'HostSNI(`*`)', 'traefik.tcp.routers.app_ci_test.entrypoints': 'db' },
    ['db: takes TCP requests on the proxy’s entry point db, which is not of this app alone'],
  ],
  [
    'all UDP ports',
    { 'traefik.udp.routers.app_ci_test.service': 'app_ci_test' },
    ['every UDP entry point: takes every UDP port of the proxy'],
  ],
  [
    'files of the proxy',
    { [`${HTTP}.middlewares.app_ci_test-b.basicauth.usersfile`]: '/run/secrets/users' },
    ['/run/secrets/users: has the proxy read /run/secrets/users, a file of its own'],
  ],
  [
    'plugins of the proxy',
    { [`${HTTP}.middlewares.app_ci_test-p.plugin.evil.key`]: 'v' },
    ['v: runs a plugin of the proxy'],
  ],
  [
    'servers outside',
    { [`${HTTP}.middlewares.app_ci_test-f.forwardauth.address`]: 'https://collect.example/' },
    ['https://collect.example/: has the proxy ask https://collect.example/ about every request'],
  ],
  [
    'the TLS of all apps',
    { 'traefik.tls.stores.default.defaultcertificate.certfile': '/x' },
    ['/x: sets the TLS of the proxy, for every app'],
  ],
  [
    'a key that a newer proxy may know',
    { [`${HTTP}.routers.app_ci_test.future`]: 'x' },
    [`x: sets ${HTTP}.routers.app_ci_test.future, which cc-ci cannot read and the proxy may`],
  ],
])('needs an approval that names it: %s', (_what, labels, expected) => {
  expect(reachOf(labels)).toEqual(expected);
});

test('another value is another thing to approve', () => {
  const key = 'traefik.tcp.routers.app_ci_test.entrypoints';
  expect(reachOf({ [key]: 'db' })).not.toEqual(reachOf({ [key]: 'ssh' }));
});

test('the built-in router drops keys that nobody knows, so nobody is asked about them', () => {
  const labels = { [`${HTTP}.routers.app_ci_test.future`]: 'x' };
  expect(labelReach(stackWith(labels), { ...OWNER, foreignProxy: false })).toEqual([]);
});

test.each([
  ['a server by its address', `${HTTP}.services.app_ci_test.loadbalancer.server.url`, 'http://10.0.0.1:2375'],
  ['servers by index', `${HTTP}.services.app_ci_test.loadbalancer.servers[0].url`, 'http://10.0.0.1:2375'],
  ['the API of the proxy', `${HTTP}.routers.app_ci_test.service`, 'api@internal'],
  ['its dashboard, in capitals', `${HTTP}.routers.app_ci_test.Service`, 'Dashboard@Internal'],
  ['a question to loopback', `${HTTP}.middlewares.app_ci_test-f.forwardauth.address`, 'http://127.0.0.1:8080/'],
  ['to loopback in other figures', `${HTTP}.middlewares.app_ci_test-f.forwardauth.address`, 'http://0x7f.1/'],
  ['to IPv6', `${HTTP}.middlewares.app_ci_test-f.forwardauth.address`, 'http://[::1]/'],
  ['to cloud metadata', `${HTTP}.middlewares.app_ci_test-f.forwardauth.address`, 'http://169.254.169.254/latest'],
  ['to a container of others', `${HTTP}.middlewares.app_ci_test-f.forwardauth.address`, 'http://wiki_example_org_app/'],
  ['to what is not a URL', `${HTTP}.middlewares.app_ci_test-f.forwardauth.address`, 'http://'],
])('is refused, whoever approves: %s', (_what, label, value) => {
  expect(forbidden({ [label]: value })).toEqual([`refused route-forbidden ${label}`]);
});
