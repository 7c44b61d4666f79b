import { eachImage } from '../look.ts';
import type { LintRule } from '../types.ts';

export const semverTag: LintRule = {
  id: 'R005',
  severity: 'warn',
  needs: 'stack',
  title: 'every image tag reads as a version',
  fix: 'use a tag that begins with numbers, as in 1.27.2-alpine',
  check: (context) =>
    eachImage(context)
      .filter(({ parts }) => parts.tag !== undefined && !VERSION_LIKE.test(parts.tag))
      .map(({ service, image, place }) => ({ message: `the tag of ${service}, ${image}, is no version`, place })),
};

const VERSION_LIKE = /^v?\d+(\.\d+){0,3}([-_.+].*)?$/;
