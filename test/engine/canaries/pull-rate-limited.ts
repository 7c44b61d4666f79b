import type { Canary } from './canary.ts';
import { emptyRegistry, imageCompose } from './image-compose.ts';
import { groundSaw } from './sign.ts';

export const canary: Canary = {
  code: 'pull-rate-limited',
  title: 'a registry that has had enough of this host',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /the registry of the image \S+\/acme\/app:1 limits how much this host may pull/,
  evidence: /has asked too often/,
  prepare: (saw) => emptyRegistry(saw, 'rate-limited'),
  releases: ({ image = '' }) => [{ 'compose.yml': imageCompose(image) }],
  first: groundSaw(/asked/),
};
