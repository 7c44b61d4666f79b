import { freePort } from '../support/registry.ts';
import type { Canary } from './canary.ts';
import { imageCompose } from './image-compose.ts';
import { stepIs } from './sign.ts';

export const canary: Canary = {
  code: 'registry-unreachable',
  title: 'a registry that nothing listens for',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /the registry of the image 127\.0\.0\.1:\d+\/acme\/app:1 cannot be reached/,
  evidence: /no connection to the registry/,
  prepare: async () => ({
    values: { port: String(await freePort()) },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
  releases: ({ port }) => [{ 'compose.yml': imageCompose(`127.0.0.1:${port}/acme/app:1`) }],
  first: stepIs('head images'),
};
