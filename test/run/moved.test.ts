import { describe, expect, test } from 'vitest';
import { servicesDiffer } from '../../src/run/tiers/moved.ts';
import type { ApiService } from '../../src/swarm/api-types.ts';

interface Parts {
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly string[];
}

function service({ image = 'x:1', labels = {}, env = [] }: Parts = {}): ApiService[] {
  const Spec = {
    Name: 'stack_app',
    Labels: labels,
    TaskTemplate: { ContainerSpec: { Image: image, Labels: {}, Env: env }, ForceUpdate: 0 },
    Mode: { Replicated: { Replicas: 1 } },
  };
  return [{ ID: 's', Version: { Index: 1 }, CreatedAt: '', UpdatedAt: '', Spec }];
}

describe('what the Engine runs has moved (RT-01)', () => {
  test.each<[string, Parts]>([
    ['by its image', { image: 'x:2' }],
    ['by its environment', { env: ['A=1'] }],
    ['by a label of the proxy', { labels: { 'traefik.enable': 'true' } }],
    ['by a label of the backup', { labels: { 'backupbot.backup': 'true' } }],
  ])('%s', (_name, parts) => {
    expect(servicesDiffer(service(), service(parts))).toBe(true);
  });

  test('by a service that came or went', () => {
    expect(servicesDiffer(service(), [])).toBe(true);
  });

  test.each<[string, Parts]>([
    ['by nothing', {}],
    ['by its version label', { labels: { 'coop-cloud.stack.version': '2.0.0+2' } }],
    ['by a label that nothing reads', { labels: { 'org.example.note': 'new' } }],
    ['by the version that abra writes into the environment', { env: ['TYPE=app:2.0.0+2'] }],
  ])('not %s', (_name, parts) => {
    expect(servicesDiffer(service(), service(parts))).toBe(false);
  });
});
