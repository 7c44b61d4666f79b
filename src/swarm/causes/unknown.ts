import type { CauseWords } from './cause-kind.ts';

/** The fault that stands here is that of a service whose program was started; before that the Engine has it in hand. */
export const unknownCauseWords: CauseWords = {
  code: 'unknown',
  fault: 'recipe',
  meaning:
    'The time was over, the service was not ready, and nothing that the Engine showed says why. The fault is the ' +
    'infrastructure’s while the program has not even been started.',
  shows:
    'nothing that any other cause knows; the evidence holds the last task state, the last health checks and the end of the log',
  earliest: 'at the time-out of the app (`TIMEOUT` in `.env.sample`)',
  hint: 'read the evidence; if the app only starts slowly, raise TIMEOUT in .env.sample',
};
