import { parseVersion } from '../../version.ts';
import { eachImage } from '../look.ts';
import type { LintRule } from '../types.ts';
import { versionLabel } from '../version-label.ts';

export const upstreamVersion: LintRule = {
  id: 'CC011',
  severity: 'warn',
  needs: 'stack',
  title: "the image of app is the version label's right part",
  fix: 'let the part after + repeat the tag of the image of app',
  check: (context) => {
    const label = versionLabel(context);
    const upstream = parseVersion(label?.value ?? '')?.upstream;
    const app = eachImage(context).find(({ service }) => service === 'app');
    if (upstream === undefined || app?.parts.tag === undefined) {
      return { skipped: 'needs a version label with + and an image with a tag on app' };
    }
    if (bare(upstream) === bare(app.parts.tag)) return [];
    return [{ message: `the version says ${upstream}, but app runs ${app.image}`, place: label?.place }];
  },
};

/** Some projects tag images with a v and releases without, or the other way round. */
function bare(version: string): string {
  return version.replace(/^v(?=\d)/, '');
}
