import { FOREIGN } from '../../support/set-up/test-images.ts';
import type { Canary } from './canary.ts';
import { imageCompose } from './image-compose.ts';
import { eventIs } from './sign.ts';

export const canary: Canary = {
  code: 'wrong-architecture',
  title: 'an image for other processors',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the image \S+ is for \w+, this host is \w+$/,
  evidence: /exec format error/,
  prepare: async () => ({
    values: { image: FOREIGN },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
  // The image has a program of its own and no shell.
  releases: ({ image = '' }) => [{ 'compose.yml': imageCompose(image).replace(/ {4}command: .*\n/, '') }],
  first: eventIs('die'),
};
