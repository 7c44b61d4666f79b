import { tinyCompose } from '../support/tiny-recipe.ts';
import type { Canary } from './canary.ts';
import { exitNumber } from './sign.ts';

export const canary: Canary = {
  code: 'crash-loop',
  title: 'a program that ends again and again',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the program ended with exit code 3, \d times$/,
  evidence: /boom/,
  releases: () => [{ 'compose.yml': tinyCompose('1.0.0+1', { service: 'echo boom; exit 3' }) }],
  first: exitNumber(1),
  decisive: exitNumber(2),
};
