import type { Canary } from './canary.ts';
import { emptyRegistry, imageCompose } from './image-compose.ts';
import { groundSaw } from './sign.ts';

export const canary: Canary = {
  code: 'image-not-found',
  title: 'a tag that its registry does not have',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /the image \S+\/acme\/app:1 does not exist in its registry/,
  evidence: /does not have the image/,
  prepare: (saw) => emptyRegistry(saw),
  releases: ({ image = '' }) => [{ 'compose.yml': imageCompose(image) }],
  first: groundSaw(/asked/),
};
