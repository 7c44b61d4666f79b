import type { CauseWords } from './cause-kind.ts';

export const serviceRemoved: CauseWords = {
  code: 'service-removed',
  fault: 'infrastructure',
  meaning: 'A service of the stack was removed by someone else while it was waited for.',
  shows: 'a service that the deploy made is not in the list of services any more',
  earliest: 'at the next look, a fifth of a second after it is gone',
  hint: 'look for another program that removes stacks on this Engine',
};
