import type { Canary } from './canary.ts';
import { imageCompose } from './image-compose.ts';
import { stepIs } from './sign.ts';

export const canary: Canary = {
  code: 'image-name-invalid',
  title: 'an image whose name has capital letters',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /"Acme\/App:1" is no name of an image/,
  evidence: /must be lowercase/,
  releases: () => [{ 'compose.yml': imageCompose('Acme/App:1') }],
  first: stepIs('head images'),
};
