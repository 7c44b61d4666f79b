import { posix } from 'node:path';
import type { LintRule } from '../types.ts';

export const backupPath: LintRule = {
  id: 'CC007',
  severity: 'error',
  needs: 'stack',
  title: 'what is backed up lies in a volume',
  fix: 'write the dump into a volume of the service',
  check: (context) =>
    context.labels.flatMap(({ service, key, value, place }) => {
      const mounts = (context.all.services[service]?.volumes ?? []).filter(({ type }) => type === 'volume');
      const volume = VOLUME_PATH.exec(key)?.groups?.['volume'];
      if (volume !== undefined) {
        if (context.all.volumes[volume] === undefined) return [{ message: `there is no volume ${volume}`, place }];
        const wrong = value
          .split(',')
          .filter((path) => posix.isAbsolute(path.trim()) || posix.normalize(path.trim()).startsWith('..'));
        return wrong.map((path) => ({ message: `${path.trim()} is not relative to the volume ${volume}`, place }));
      }
      if (key !== 'backupbot.backup.path') return [];
      return value
        .split(',')
        .map((path) => path.trim())
        .filter((path) => path !== '' && !mounts.some(({ target }) => target !== undefined && lies(path, target)))
        .map((path) => ({ message: `${path} of ${service} lies in no volume, so it is never backed up`, place }));
    }),
};

const VOLUME_PATH = /^backupbot\.backup\.volumes\.(?<volume>.+)\.path$/;

/** A path that holds volumes counts too: v2 takes whole volumes. */
function lies(path: string, target: string): boolean {
  const inside = (a: string, b: string): boolean => !posix.relative(b, a).startsWith('..');
  return inside(path, target) || inside(target, path);
}
