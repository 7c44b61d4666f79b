import { inSample } from '../look.ts';
import type { LintRule } from '../types.ts';

export const traefikTwoRule: LintRule = {
  id: 'CC019',
  severity: 'warn',
  needs: 'files',
  title: 'router rules are understood by Traefik 3',
  fix: 'write Host(`a`) || Host(`b`), and HostRegexp with a plain regular expression',
  check: ({ recipe, labels }) => {
    const rules = labels.filter(({ key }) => /^traefik\.(http|tcp)\.routers\.[^.]+\.rule$/.test(key));
    const written = rules
      .filter(({ value }) => SEVERAL.test(value) || NAMED.test(value))
      .map(({ value, place }) => ({ message: `${value} is a rule of Traefik 2`, place }));
    const offered = recipe.sample.optional.filter(({ key, value }) => key === 'EXTRA_DOMAINS' && /^\s*,/.test(value));
    return [
      ...written,
      ...offered.map(({ line }) => ({
        message: 'EXTRA_DOMAINS continues Host() with a comma, which only Traefik 2 takes',
        place: inSample(line),
      })),
    ];
  },
};

/** `Host(`a`, `b`)`: several arguments. */
const SEVERAL = /\b(?:Host|HostSNI|Path|PathPrefix|Method)\(\s*`[^`]*`\s*,/;
/** `{name:pattern}`: named groups of version 2. */
const NAMED = /\b(?:HostRegexp|Path|PathPrefix|HostSNIRegexp)\(\s*`[^`]*\{\w+:/;
