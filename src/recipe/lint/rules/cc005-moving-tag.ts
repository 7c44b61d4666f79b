import { eachImage } from '../look.ts';
import type { LintRule } from '../types.ts';

export const movingTag: LintRule = {
  id: 'CC005',
  severity: 'warn',
  needs: 'stack',
  title: 'image tags do not move',
  fix: 'name the full version, or add a digest',
  check: (context) =>
    eachImage(context)
      .filter(({ parts }) => parts.digest === undefined && parts.tag !== undefined && parts.tag !== 'latest')
      .filter(({ parts }) => !FIXED.test(parts.tag ?? ''))
      .map(({ service, image, place }) => ({
        message: `the image of ${service}, ${image}, can change under its tag`,
        place,
      })),
};

/** Three numbers, a date or a commit: such tags are not published twice. */
const FIXED = /\d[._-]\d+[._-]\d|\d{8}|(?:^|[-_.])(?=[a-f]*\d)[0-9a-f]{7,40}(?:$|[-_.])/;
