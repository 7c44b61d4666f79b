import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiService } from '../../src/swarm/api-types.ts';
import { compareService, shortName } from '../../src/swarm/deploy.ts';
import { hashDocument, hashTemplate } from '../../src/swarm/hash.ts';
import { isInScope, isOfStack } from '../../src/swarm/inventory.ts';

const before: ApiService = {
  ID: 's1',
  Version: { Index: 10 },
  CreatedAt: '2026-11-23T12:00:00Z',
  UpdatedAt: '2026-11-23T12:00:00Z',
  Spec: { Name: 'st_app', Labels: { a: '1' }, TaskTemplate: { ContainerSpec: { Image: 'app:1' } }, EndpointSpec: {} },
  UpdateStatus: { State: 'completed', StartedAt: '2026-11-23T12:00:01Z' },
};

describe('compareService', () => {
  const compare = (spec: Partial<ApiService['Spec']>) =>
    compareService('st', { ...before, Version: { Index: 12 }, Spec: { ...before.Spec, ...spec } }, [before]);

  test('a service that was not there is created', () => {
    expect(compareService('st', before, [])).toMatchObject({ service: 'app', kind: 'created', replacesTasks: true });
  });

  test('the same spec is unchanged, though its version moved', () => {
    expect(compare({})).toMatchObject({ kind: 'unchanged', replacesTasks: false, versionBefore: 10, versionAfter: 12 });
  });

  test('labels alone replace no task', () => {
    expect(compare({ Labels: { a: '2' } })).toMatchObject({ kind: 'updated', replacesTasks: false });
  });

  test('an image replaces tasks; a port does too, with the template unchanged', () => {
    expect(compare({ TaskTemplate: { ContainerSpec: { Image: 'app:2' } } })).toMatchObject({
      replacesTasks: true,
      templateChanged: true,
    });
    expect(compare({ EndpointSpec: { Mode: 'dnsrr' } })).toMatchObject({ replacesTasks: true, templateChanged: false });
  });

  test('remembers the update that was there before', () => {
    expect(compare({}).updateStartedBefore).toBe('2026-11-23T12:00:01Z');
  });
});

test('a hash does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
      const turned = Object.fromEntries(Object.entries(document).reverse());
      expect(hashDocument(turned)).toBe(hashDocument(document));
    }),
  );
  expect(hashDocument({ a: 1 })).not.toBe(hashDocument({ a: 2 }));
});

test('a task has the template of its service although it does not repeat the runtime', () => {
  const template = { ContainerSpec: { Image: 'app:1' } };
  expect(hashTemplate({ ...template, Runtime: 'container' })).toBe(hashTemplate(template));
});

test('the short name of a service', () => {
  expect(shortName('st', 'st_app_db')).toBe('app_db');
  expect(shortName('st', 'other_app')).toBe('other_app');
});

describe('ownership', () => {
  const object = (name: string, labels: Record<string, string> = {}) => ({ id: name, name, labels });

  test('the stack label decides; without one the name does', () => {
    expect(isOfStack(object('x', { 'com.docker.stack.namespace': 'st' }), 'st')).toBe(true);
    expect(isOfStack(object('st_pw_v1'), 'st')).toBe(true);
    expect(isOfStack(object('st_pw_v1', { 'com.docker.stack.namespace': 'st_pw' }), 'st')).toBe(false);
    expect(isOfStack(object('stack_pw'), 'st')).toBe(false);
  });

  test('a run owns what carries its id', () => {
    expect(isInScope(object('x', { 'cc-ci.run': 'r1' }), { runId: 'r1' })).toBe(true);
    expect(isInScope(object('st_x', { 'cc-ci.run': 'r2' }), { runId: 'r1' })).toBe(false);
  });
});
