import type { CauseKind } from './cause-kind.ts';

export const pullRefused: CauseKind = {
  code: 'pull-refused',
  fault: 'infrastructure',
  meaning: 'The registry answers, and does not give the image to this host: it wants a login, or denies access.',
  shows: 'a pull that ends with `unauthorized`, `denied` or `forbidden`; in the Swarm only `No such image`',
  earliest: 'the answer of the registry to the pull before the deploy, or to the question after the first rejection',
  hint: 'log this host in to the registry (docker login), or use a public image; check the name: some registries deny what they do not have',
  detectPull: (image, answer) =>
    answer === 'refused' ? `the registry refuses this host the image ${image}` : undefined,
};
