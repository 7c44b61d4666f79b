import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UNSUPPORTED_MIDDLEWARES } from '../../src/edge/middlewares/registry.ts';

const text = readFileSync('docs/router.md', 'utf8');

test('docs/router.md lists exactly the problems that the code can find', () => {
  // Why an app that is up does not serve is told in docs/causes.md.
  const sources = readdirSync('src/edge', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.startsWith('causes/'),
  );
  const code = sources.map((path) => readFileSync(join('src/edge', path), 'utf8')).join('\n');
  const codes = (body: string, quote: RegExp): string[] =>
    [...new Set([...body.matchAll(quote)].map((match) => match[1] ?? ''))].toSorted();
  const made = codes(code, /'(route-[a-z0-9-]+|tls-name-[a-z-]+)'/g);
  // Made of a template: `route-rule-` and the other version.
  expect([...new Set([...made, 'route-rule-v2', 'route-rule-v3'])].toSorted()).toEqual(
    codes(text, /`(route-[a-z0-9-]+|tls-name-[a-z-]+)`/g),
  );
});

test('and every middleware that is not supported', () => {
  for (const name of UNSUPPORTED_MIDDLEWARES) expect(text).toContain(`\`${name}\``);
});
