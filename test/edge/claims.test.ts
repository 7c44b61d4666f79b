import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkClaims, claimedHosts } from '../../src/edge/claims.ts';
import { ruleRequest } from '../../src/edge/router/pick.ts';
import { claimOfRule } from '../../src/edge/rules/hosts.ts';
import { compileRule } from '../../src/edge/rules/rule.ts';
import type { TraefikVersion } from '../../src/edge/types.ts';
import { stackWith } from './support/stack.ts';

const OWN = 'app.ci.test';

function judge(rule: string, version: TraefikVersion = 'v3', more: Readonly<Record<string, string>> = {}) {
  const stack = stackWith({ 'traefik.enable': 'true', 'traefik.http.routers.app.rule': rule, ...more });
  return checkClaims(stack, { allowedHosts: [OWN], version }).map(({ code, weight }) => `${weight} ${code}`);
}

describe('a stack claims', () => {
  test.each<[string, string[]]>([
    [`Host(\`${OWN}\`)`, []],
    [`Host(\`APP.ci.test\`) && PathPrefix(\`/x\`)`, []],
    [`Host(\`${OWN}\`) && !PathPrefix(\`/x\`)`, []],
    ['Host(`other.ci.test`)', ['refused route-foreign-host']],
    [`Host(\`${OWN}\`) || Host(\`server.example\`)`, ['refused route-foreign-host']],
    [`Host(\`${OWN}\`, \`server.example\`)`, ['refused route-foreign-host']],
    ['Host(`ci.test`)', ['refused route-foreign-host']],
    ['Host(`notapp.ci.test`)', ['refused route-foreign-host']],
    ['Host(`x-app.ci.test`)', ['refused route-foreign-host']],
    ['PathPrefix(`/`)', ['refused route-any-host']],
    [`Host(\`${OWN}\`) || PathPrefix(\`/x\`)`, ['refused route-any-host']],
    [`!Host(\`${OWN}\`)`, ['refused route-any-host']],
    ['HostRegexp(`.*`)', ['refused route-any-host']],
    ['HostRegexp(`^.+\\.app\\.ci\\.test`)', ['refused route-any-host']],
    ['HostRegexp(`^[a-z]+\\.app\\.ci\\.test$|^server$`)', ['refused route-any-host']],
    ['HostRegexp(`^[a-z]+\\.ci\\.test$`)', ['refused route-foreign-host']],
    ['HostRegexp(`^[a-z]+\\.app\\.ci\\.test$`)', ['warning tls-name-not-covered']],
    [`Host(\`www.${OWN}\`)`, ['warning tls-name-not-covered']],
    ['Host(`a', []],
  ])('%s', (rule, expected) => {
    expect(judge(rule)).toEqual(expected);
  });

  test('the v2 forms too, whichever Traefik is here', () => {
    for (const version of ['v2', 'v3'] as const) {
      expect(judge('HostRegexp(`{sub:[a-z]+}.app.ci.test`)', version)).toEqual(['warning tls-name-not-covered']);
      expect(judge('HostRegexp(`{any:.+}`)', version)).toEqual(['refused route-any-host']);
      expect(judge('HostRegexp(`{any:.*}app.ci.test`)', version)).toEqual(['refused route-any-host']);
    }
  });

  test('also by labels that a table would drop for another reason', () => {
    expect(judge('Host(`server.example`)', 'v3', { 'traefik.http.routers.app.nonsense': 'x' })).toEqual([
      'refused route-foreign-host',
    ]);
  });

  test('names in the TLS greeting, but not a whole port of its own', () => {
    const tcp = (rule: string, entryPoint: string) => {
      const labels = { 'traefik.tcp.routers.app.rule': rule, 'traefik.tcp.routers.app.entrypoints': entryPoint };
      const stack = stackWith({ 'traefik.enable': 'true', ...labels });
      return checkClaims(stack, { allowedHosts: [OWN], version: 'v3' }).map(({ code }) => code);
    };
    expect(tcp('HostSNI(`server.example`)', 'web-secure')).toEqual(['route-foreign-host']);
    expect(tcp('HostSNI(`*`)', 'web-secure')).toEqual(['route-any-host']);
    expect(tcp('HostSNI(`*`)', 'ssb-muxrpc')).toEqual([]);
    expect(tcp(`HostSNI(\`${OWN}\`)`, 'web-secure')).toEqual([]);
  });

  test('nothing without traefik.enable', () => {
    const stack = stackWith({ 'traefik.http.routers.app.rule': 'Host(`server.example`)' });
    expect(checkClaims(stack, { allowedHosts: [OWN], version: 'v3' })).toEqual([]);
    expect(claimedHosts(stack, 'v3')).toEqual([]);
  });

  test('names, patterns and everything are listed', () => {
    const stack = stackWith({
      'traefik.enable': 'true',
      'traefik.http.routers.a.rule': 'Host(`a.test`) || Host(`b.test`)',
      'traefik.http.routers.b.rule': 'HostRegexp(`^x\\.c\\.test$`)',
      'traefik.http.routers.c.rule': 'Path(`/`)',
    });
    expect(claimedHosts(stack, 'v3')).toEqual(['a.test', 'b.test', '*.c.test', '*']);
  });
});

describe('a rule of any shape', () => {
  const leaf = fc.constantFrom(
    'Host(`a.test`)',
    'Host(`b.test`)',
    'PathPrefix(`/x`)',
    'HostRegexp(`^[a-z]+\\.a\\.test$`)',
    'HostRegexp(`a`)',
    'Method(`GET`)',
  );
  const { rule } = fc.letrec<{ rule: string }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc
        .tuple(tie('rule'), fc.constantFrom('&&', '||'), tie('rule'))
        .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
      tie('rule').map((inner) => `!(${inner})`),
    ),
  }));

  test('never matches a host that it does not claim', () => {
    const host = fc.constantFrom('a.test', 'b.test', 'c.test', 'x.a.test', 'x.y.a.test', 'a.test.evil');
    fc.assert(
      fc.property(rule, host, fc.constantFrom('/', '/x'), (text, host, url) => {
        const { node, matches } = compileRule(text, 'v3');
        const claim = claimOfRule(node, 'v3');
        if (!matches(ruleRequest({ host, url, method: 'GET', headers: {}, clientAddress: '' }))) return;
        const claimed =
          claim === 'any' ||
          claim.some((name) => (name.startsWith('*') ? host.endsWith(name.slice(1)) : name === host));
        expect(claimed, `${text} matched ${host}`).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
