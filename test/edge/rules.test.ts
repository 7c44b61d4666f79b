import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruleRequest } from '../../src/edge/router/pick.ts';
import { parseRule, RuleError } from '../../src/edge/rules/parse.ts';
import { compileRule } from '../../src/edge/rules/rule.ts';
import type { TraefikVersion } from '../../src/edge/types.ts';

interface Asked {
  readonly host?: string;
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clientAddress?: string;
}

function matches(rule: string, asked: Asked, version: TraefikVersion = 'v3'): boolean {
  const { host = 'a.test', url = '/', method = 'GET', headers = {}, clientAddress = '10.0.0.1' } = asked;
  return compileRule(rule, version).matches(ruleRequest({ host, url, method, headers, clientAddress }));
}

describe('a rule in the language of v3', () => {
  test.each<[string, Asked, boolean]>([
    ['Host(`a.test`)', {}, true],
    ['Host(`A.Test`)', { host: 'a.TEST:8443' }, true],
    ['Host("a.test")', {}, true],
    ['HOST(`a.test`)', {}, true],
    ['Host(`a.test.`)', { host: 'a.test' }, true],
    ['Host(`a.test`)', { host: 'b.a.test' }, false],
    ['Path(`/only`)', { url: '/only?x=1' }, true],
    ['Path(`/only`)', { url: '/only/' }, false],
    ['PathPrefix(`/api`)', { url: '/apix' }, true],
    ['PathPrefix(`/a b`)', { url: '/a%20b/c' }, true],
    ['PathRegexp(`^/v[0-9]+$`)', { url: '/v12' }, true],
    ['HostRegexp(`^[a-z]+\\.a\\.test$`)', { host: 'x.a.test' }, true],
    ['HostRegexp(`(?i)^A\\.`)', { host: 'a.test' }, true],
    ['Method(`post`)', { method: 'POST' }, true],
    ['Header(`X-Test`, `1`)', { headers: { 'x-test': '1' } }, true],
    ['Header(`X-Test`, `1`)', { headers: { 'x-test': '11' } }, false],
    ['HeaderRegexp(`X-Test`, `^1`)', { headers: { 'x-test': '11' } }, true],
    ['Query(`t`)', { url: '/?t' }, true],
    ['Query(`t`, `1`)', { url: '/?t=2&t=1' }, true],
    ['QueryRegexp(`t`, `^[0-9]$`)', { url: '/?t=5' }, true],
    ['ClientIP(`10.0.0.0/8`)', { clientAddress: '::ffff:10.1.2.3' }, true],
    ['ClientIP(`2001:db8::/32`)', { clientAddress: '2001:db8::5' }, true],
    ['ClientIP(`192.0.2.1`)', {}, false],
    ['Host(`b.test`) || Host(`a.test`) && PathPrefix(`/x`)', { host: 'b.test' }, true],
    ['(Host(`b.test`) || Host(`a.test`)) && PathPrefix(`/x`)', { host: 'b.test' }, false],
    ['!Host(`b.test`) && !(Path(`/y`))', {}, true],
  ])('%s asked %o is %s', (rule, asked, expected) => {
    expect(matches(rule, asked)).toBe(expected);
  });

  test.each([
    ['Host(`a`,`b`)', 'takes 1 value, got 2'],
    ['Host(`a`', 'column 9: expected `,`, found the end'],
    ['Host(a)', 'column 6: expected a value in backticks, found `a`'],
    ['Hots(`a`)', 'there is no matcher `Hots`'],
    ['Headers(`a`,`b`)', 'not known to Traefik v3'],
    ['Path(`x`)', 'does not start with a `/`'],
    ['HostRegexp(`(?=x)`)', 'unsupported Perl syntax'],
    ['ClientIP(`10.0.0.0/99`)', 'not an address or network'],
    ['Host(`bücher.test`)', 'not a host name in ASCII'],
    ['Host(`a`) Host(`b`)', 'column 11: unexpected `Host`'],
    ['Host(`a`) & Host(`b`)', 'column 11: `& Host(`b`)` is not part of a rule'],
    ['', 'column 1: expected a matcher, found the end'],
  ])('%s is refused', (rule, sentence) => {
    expect(() => compileRule(rule, 'v3')).toThrow(sentence);
  });
});

describe('a rule in the language of v2', () => {
  test.each<[string, Asked, boolean]>([
    ['Host(`b.test`,`a.test`)', {}, true],
    ['HostRegexp(`{sub:[a-z]+}.a.test`)', { host: 'x.a.test' }, true],
    ['HostRegexp(`{sub}.a.test`)', { host: 'x.y.a.test' }, false],
    ['HostRegexp(`{sub:[a-z]{2}}.a.test`)', { host: 'xy.a.test' }, true],
    ['Path(`/p/{id:[0-9]+}`)', { url: '/p/12' }, true],
    ['PathPrefix(`/x`,`/p/{any}`)', { url: '/p/12/more' }, true],
    ['Query(`t=1`)', { url: '/?t=1' }, true],
    ['Headers(`X-Test`,`1`)', { headers: { 'x-test': '1' } }, true],
    ['Method(`GET`,`HEAD`)', { method: 'HEAD' }, true],
  ])('%s asked %o is %s', (rule, asked, expected) => {
    expect(matches(rule, asked, 'v2')).toBe(expected);
  });

  test('dots outside of a placeholder are no wildcards', () => {
    expect(matches('HostRegexp(`{sub:[a-z]+}.a.test`)', { host: 'x.aXtest' }, 'v2')).toBe(false);
  });
});

describe('any text as a rule', () => {
  test('parses or is a RuleError, and never anything else', () => {
    const alphabet = fc.constantFrom(
      'Host',
      'Path',
      '(',
      ')',
      '`a`',
      '"b"',
      ',',
      '&&',
      '||',
      '!',
      ' ',
      '\\',
      '`',
      '"',
      'é',
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 30 }), (parts) => {
        try {
          parseRule(parts.join(''));
        } catch (error: unknown) {
          expect(error).toBeInstanceOf(RuleError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('depth and length are bounded', () => {
    expect(() => parseRule(`${'('.repeat(3000)}Host(\`a\`)${')'.repeat(3000)}`)).toThrow('nested too deeply');
    expect(() => parseRule(`Host(\`${'a'.repeat(9000)}\`)`)).toThrow('longer than');
  });
});
