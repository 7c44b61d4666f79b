import type { CauseWords } from './cause-kind.ts';

export const stackRefused: CauseWords = {
  code: 'stack-refused',
  fault: 'recipe',
  meaning: '`docker stack deploy` refused the stack with a message that no other cause recognises.',
  shows: 'the exit code of `docker stack deploy`, with a message that is none of the known ones',
  earliest: 'during the deploy call',
  hint: 'the evidence is what the docker CLI printed',
};
