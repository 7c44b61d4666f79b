import { describe, expect, test } from 'vitest';
import { wantsHttp } from '../../src/edge/wants-http.ts';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { stackWith } from './support/stack.ts';

const RULE = 'traefik.http.routers.app.rule';

describe('a stack asks to be reached by HTTP', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['with a rule', { 'traefik.enable': 'true', [RULE]: 'Host(`a.test`)' }, true],
    ['with a rule that nobody can read', { 'traefik.enable': 'true', [RULE]: 'Host(`a.test`' }, true],
    ['with nothing but the switch', { 'traefik.enable': 'true' }, true],
    ['with a switch that is no boolean', { 'traefik.enable': 'yes', [RULE]: 'Host(`a.test`)' }, true],
    ['with a router whose switch was forgotten', { [RULE]: 'Host(`a.test`)' }, true],
    ['not when it is switched off', { 'traefik.enable': 'false', [RULE]: 'Host(`a.test`)' }, false],
    ['not for a port alone', { 'traefik.enable': 'true', 'traefik.tcp.routers.app.rule': 'HostSNI(`*`)' }, false],
    ['not without labels', {}, false],
  ])('%s', (_name, labels, expected) => {
    expect(wantsHttp(stackWith(labels))).toBe(expected);
  });

  test('with labels where no proxy looks for them', () => {
    const stack: Stack = {
      ...stackWith({}),
      services: { app: { image: 'app:1', labels: { 'traefik.enable': 'true' } } },
    };
    expect(wantsHttp(stack)).toBe(true);
  });
});
