import type { CauseKind } from './cause-kind.ts';
import { findOnLine } from './in-order.ts';

export const imageNotFound: CauseKind = {
  code: 'image-not-found',
  fault: 'recipe',
  meaning:
    'The registry answers, and has no image of that name or tag. Some registries say the same of an image that is private.',
  shows:
    'a pull that ends with `manifest unknown`, `name unknown` or `repository does not exist`; in the Swarm a `rejected` task ' +
    'with `No such image`, which does not say why: the Engine is then asked for the answer of the registry',
  earliest: 'the answer of the registry to the pull before the deploy, or to the question after the first rejection',
  hint: 'check name and tag of the image in compose.yml; a private one looks the same from outside',
  detectPull(image, answer) {
    const missing =
      /manifest unknown|name unknown|repository does not exist/i.test(answer) ||
      findOnLine(answer, /manifest (?:for|invalid)/i, /not found/i) !== undefined;
    return missing ? `the image ${image} does not exist in its registry` : undefined;
  },
};
