import { eachImage } from '../look.ts';
import type { LintRule } from '../types.ts';

export const latestTag: LintRule = {
  id: 'R004',
  severity: 'warn',
  needs: 'stack',
  title: 'no image is tagged latest',
  fix: 'name a released version',
  check: (context) =>
    eachImage(context)
      .filter(({ parts }) => parts.tag === 'latest')
      .map(({ service, image, place }) => ({ message: `the image of ${service} is ${image}`, place })),
};
