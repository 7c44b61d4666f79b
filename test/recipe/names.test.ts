import { expect, test } from 'vitest';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { findLongNames } from '../../src/recipe/names.ts';

const EMPTY: Stack = { version: '3.8', services: {}, networks: {}, volumes: {}, secrets: {}, configs: {} };

test('the names of networks are measured as the Engine does, where a service uses them and the stack makes them', () => {
  const id = 'n'.repeat(62);
  const joined = { services: { app: { networks: { [id]: null } } } };
  expect(findLongNames({ ...EMPTY, ...joined, networks: { [id]: {} } }, 'st')).toEqual([
    { kind: 'network', id, name: `st_${id}`, limit: 63 },
  ]);
  expect(findLongNames({ ...EMPTY, networks: { [id]: {} } }, 'st')).toEqual([]);
  expect(findLongNames({ ...EMPTY, ...joined, networks: { [id]: { external: true, name: id } } }, 'st')).toEqual([]);
  expect(findLongNames({ ...EMPTY, ...joined, networks: { [id]: { name: 'short' } } }, 'st')).toEqual([]);
});
