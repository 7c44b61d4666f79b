import { expect, test } from 'vitest';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { refuseReservedLabels } from '../../src/run/plan/reserved-labels.ts';

const EMPTY: Stack = { version: '3.8', services: {}, networks: {}, volumes: {}, secrets: {}, configs: {} };

test.each<[string, Partial<Stack>]>([
  ['services.app.deploy.labels', { services: { app: { deploy: { labels: { 'cc-ci.managed': 'router' } } } } }],
  ['services.app.labels', { services: { app: { labels: { 'cc-ci.managed': 'router' } } } }],
  ['networks.n.labels', { networks: { n: { labels: { 'cc-ci.managed': 'router' } } } }],
  ['volumes.v.labels', { volumes: { v: { labels: { 'cc-ci.managed': 'router' } } } }],
  ['secrets.s.labels', { secrets: { s: { labels: { 'cc-ci.managed': 'router' } } } }],
  ['configs.c.labels', { configs: { c: { labels: { 'cc-ci.managed': 'router' } } } }],
])('a label of ours is refused at %s', (key, parts) => {
  expect(() => refuseReservedLabels({ ...EMPTY, ...parts })).toThrow(
    expect.objectContaining({ code: 'E_RESERVED_LABEL', fault: 'recipe', where: { key: `${key}.cc-ci.managed` } }),
  );
});

test.each(['cc-ci.run', 'CC-CI.Run', 'com.docker.stack.namespace', 'com.docker.swarm.service.name'])(
  'whatever it says: %s',
  (label) => {
    const stack = { ...EMPTY, services: { app: { deploy: { labels: { [label]: 'x' } } } } };
    expect(() => refuseReservedLabels(stack)).toThrow(`the label ${label} is reserved`);
  },
);

test('labels of others are not our affair', () => {
  const labels = {
    'coop-cloud.app.version': '1',
    'backupbot.backup': 'true',
    'com.docker.compose.project': 'x',
    'cc-cicero': 'y',
  };
  expect(() => refuseReservedLabels({ ...EMPTY, services: { app: { labels, deploy: { labels } } } })).not.toThrow();
});
