import type { CauseKind } from './cause-kind.ts';

export const pullRateLimited: CauseKind = {
  code: 'pull-rate-limited',
  fault: 'infrastructure',
  meaning: 'The registry has had too many requests from this host or its network, and answers none for a while.',
  shows: 'a pull that ends with `toomanyrequests` (HTTP 429); in the Swarm only `No such image`',
  earliest: 'the answer of the registry to the pull before the deploy, or to the question after the first rejection',
  hint: 'wait, log this host in to the registry, or use a mirror',
  detectPull: (image, answer) =>
    answer === 'limited' ? `the registry of the image ${image} limits how much this host may pull` : undefined,
};
