import type { Canary } from './canary.ts';
import { emptyRegistry, imageCompose } from './image-compose.ts';
import { groundSaw } from './sign.ts';

export const canary: Canary = {
  code: 'pull-refused',
  title: 'a registry that wants a login',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /the registry refuses this host the image \S+\/acme\/app:1/,
  evidence: /this host may not have the image/,
  prepare: (saw) => emptyRegistry(saw, 'login-wanted'),
  releases: ({ image = '' }) => [{ 'compose.yml': imageCompose(image) }],
  first: groundSaw(/asked/),
};
