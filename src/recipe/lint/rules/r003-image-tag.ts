import { eachImage } from '../look.ts';
import type { LintRule } from '../types.ts';

export const imageTag: LintRule = {
  id: 'R003',
  severity: 'warn',
  needs: 'stack',
  title: 'every image has a tag',
  fix: 'name the version of the image, as in nginx:1.27.2',
  check: (context) =>
    eachImage(context)
      .filter(({ parts }) => parts.tag === undefined && parts.digest === undefined)
      .map(({ service, image, place }) => ({ message: `the image of ${service}, ${image}, has no tag`, place })),
};
