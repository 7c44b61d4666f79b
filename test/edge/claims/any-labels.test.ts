import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkClaims } from '../../../src/edge/claims/claims.ts';
import { looselyRoutes } from '../support/loose-proxy.ts';
import { stackWith } from '../support/stack.ts';

const OWN = 'app.ci.test';
const FOREIGN = ['server.example', 'other.ci.test', 'ci.test', 'xapp.ci.test', 'app.ci.test.evil'];

const host = fc.constantFrom(OWN, `www.${OWN}`, ...FOREIGN);
const quoted = host.chain((name) =>
  fc.constantFrom(
    `\`${name}\``,
    `"${name}"`,
    `"${name.replaceAll(/./g, (char) => `\\x${char.charCodeAt(0).toString(16)}`)}"`,
    `"\\${name.charCodeAt(0).toString(8).padStart(3, '0')}${name.slice(1)}"`,
  ),
);
const pattern = fc.constantFrom(
  '^[a-z]+\\.app\\.ci\\.test$',
  '^.+\\.ci\\.test$',
  '{sub:[a-z]+}.app.ci.test',
  '{any:.*}',
  '.*|{a:b}.app.ci.test',
  '[{a:]*.*',
  '(?i)SERVER',
  'server.example',
  '^\\\\?.app\\.ci\\.test$',
);
const leaf = fc.oneof(
  { weight: 4, arbitrary: quoted.map((name) => `Host(${name})`) },
  fc.tuple(quoted, quoted).map(([one, other]) => `Host(${one}, ${other})`),
  quoted.map((name) => `hostheader(${name})`),
  pattern.map((source) => `HostRegexp(\`${source}\`)`),
  fc.constantFrom('PathPrefix(`/x`)', 'Path(`/`)', 'Method(`GET`)', 'ClientIP(`10.0.0.0/8`)'),
);
const { rule } = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc
      .tuple(tie('rule'), fc.constantFrom('&&', '||', '&& /* both */', '|| // either\n'), tie('rule'))
      .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    tie('rule').map((inner) => `!(${inner})`),
    tie('rule').map((inner) => `${inner}${' '.repeat(9000)}`),
  ),
}));
/** The same key to a proxy, however it is written. */
const key = fc
  .constantFrom('traefik.http.routers.a.rule', 'traefik.http.routers.b.rule')
  .chain((text) =>
    fc.constantFrom(
      text,
      text.replace('routers', 'ROUTERS'),
      text.replace('.rule', '.Rule'),
      text.replace('rs.', 'r\u017f.'),
    ),
  );
const other = fc.constantFrom<readonly [string, string]>(
  ['traefik.enable', 'true'],
  ['traefik.enable', 'no'],
  ['traefik.http.routers.a.rulesyntax', 'v2'],
  ['traefik.http.routers.a.ruleSyntax', 'v3'],
  ['traefik.http.routers.a.nonsense', 'x'],
);
const labels = fc
  .tuple(fc.array(fc.tuple(key, rule), { minLength: 1, maxLength: 3 }), fc.array(other, { maxLength: 3 }))
  .map(([rules, others]) => Object.fromEntries<string>([...rules, ...others]));

test('whatever a proxy could route for a foreign host is refused', () => {
  let routed = 0;
  fc.assert(
    fc.property(labels, fc.constantFrom(...FOREIGN), fc.constantFrom('v2', 'v3'), (set, name, version) => {
      if (!looselyRoutes(set, name, version)) return;
      routed += 1;
      const refused = checkClaims(stackWith(set), { allowedHosts: [OWN] }).filter(({ weight }) => weight === 'refused');
      expect(refused, `${JSON.stringify(set)} routes ${name} under ${version}`).not.toEqual([]);
    }),
    { numRuns: 4000 },
  );
  // Else the property says nothing.
  expect(routed).toBeGreaterThan(400);
});
