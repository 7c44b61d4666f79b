import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkClaims, claimedHosts } from '../../../src/edge/claims/claims.ts';
import { ruleRequest } from '../../../src/edge/router/pick.ts';
import { claimOfRule } from '../../../src/edge/rules/hosts.ts';
import { compileRule } from '../../../src/edge/rules/rule.ts';
import type { Stack } from '../../../src/recipe/compose/types.ts';
import { stackWith } from '../support/stack.ts';

const OWN = 'app.ci.test';

function judge(rule: string, more: Readonly<Record<string, string>> = {}) {
  const stack = stackWith({ 'traefik.enable': 'true', 'traefik.http.routers.app.rule': rule, ...more });
  return checkClaims(stack, { allowedHosts: [OWN] }).map(({ code, weight }) => `${weight} ${code}`);
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
    // What cannot be read claims who knows what.
    ['Host(`a', ['refused route-rule']],
    [`Host(\`${OWN}\`) /* a comment of Go */`, ['refused route-rule']],
    [`Host(\`${OWN}\`) // and another`, ['refused route-rule']],
    [`Host("server\\x2eexample")`, ['refused route-rule']],
    [`Future(\`${OWN}\`)`, ['refused route-rule']],
    // Each of these is one thing in one syntax, and another in the other.
    ['HostRegexp(`.*|{a:b}.app.ci.test`)', ['refused route-any-host']],
    ['HostRegexp(`[{a:]*.app.ci.test`)', ['refused route-any-host']],
    ['HostRegexp(`(?U).*\\.app\\.ci\\.test$`)', ['refused route-any-host']],
    ['HostRegexp(`.*\\\\.app\\.ci\\.test$`)', ['refused route-any-host']],
    [`Host(\`${OWN}\`, \`www.${OWN}\`)`, ['warning tls-name-not-covered']],
  ])('%s', (rule, expected) => {
    expect(judge(rule)).toEqual(expected);
  });

  test('by the forms of v2 too, whichever Traefik is here', () => {
    expect(judge('HostRegexp(`{sub:[a-z]+}.app.ci.test`)')).toEqual(['warning tls-name-not-covered']);
    expect(judge('HostRegexp(`{any:.+}`)')).toEqual(['refused route-any-host']);
    expect(judge('HostRegexp(`{any:.*}app.ci.test`)')).toEqual(['refused route-any-host']);
  });

  test('also by labels that a table would drop for another reason', () => {
    expect(judge('Host(`server.example`)', { 'traefik.http.routers.app.nonsense': 'x' })).toEqual([
      'refused route-foreign-host',
    ]);
  });

  test('names in the TLS greeting, but not a whole port of its own', () => {
    const tcp = (rule: string, entryPoint: string) => {
      const labels = { 'traefik.tcp.routers.app.rule': rule, 'traefik.tcp.routers.app.entrypoints': entryPoint };
      const stack = stackWith({ 'traefik.enable': 'true', ...labels });
      return checkClaims(stack, { allowedHosts: [OWN] }).map(({ code }) => code);
    };
    expect(tcp('HostSNI(`server.example`)', 'web-secure')).toEqual(['route-foreign-host']);
    expect(tcp('HostSNI(`*`)', 'web-secure')).toEqual(['route-any-host']);
    expect(tcp('HostSNI(`*`)', 'ssb-muxrpc')).toEqual([]);
    expect(tcp(`HostSNI(\`${OWN}\`)`, 'web-secure')).toEqual([]);
  });

  test('a rule that is too long to be read', () => {
    expect(judge(`Host(\`${OWN}\`)${' '.repeat(9000)}`)).toEqual(['refused route-rule']);
  });

  test('what a proxy that exposes by default would take: labels without traefik.enable, and those of containers', () => {
    const labels = { 'traefik.http.routers.app.rule': 'Host(`server.example`)' };
    const onContainer: Stack = { ...stackWith({}), services: { app: { labels } } };
    for (const stack of [stackWith(labels), onContainer]) {
      expect(checkClaims(stack, { allowedHosts: [OWN] })).toMatchObject([{ code: 'route-foreign-host' }]);
      // No route is expected of them all the same.
      expect(claimedHosts(stack, 'v3')).toEqual([]);
    }
  });

  test.each([
    ['a key twice', { 'traefik.http.routers.APP.rule': `Host(\`${OWN}\`)` }, 'refused route-label-case'],
    [
      'a rule syntax twice',
      { 'traefik.http.routers.app.ruleSyntax': 'v3', 'traefik.http.routers.app.rulesyntax': 'v2' },
      'refused route-label-case',
    ],
    [
      'a letter that only folds to an ASCII one',
      { 'traefik.http.router\u017f.x.rule': 'Host(`a.test`)' },
      'refused route-label-characters',
    ],
    ['a Kelvin sign', { 'traefi\u212a.http.routers.x.rule': 'Host(`a.test`)' }, 'refused route-label-characters'],
    ['a blank in front', { ' traefik.http.routers.x.rule': 'Host(`a.test`)' }, 'refused route-label-characters'],
  ])('nothing in two ways: %s', (_what, more, expected) => {
    expect(judge(`Host(\`${OWN}\`)`, more)).toContain(expected);
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
