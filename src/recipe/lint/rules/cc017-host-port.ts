import { isRawMap, scalarText } from '../../compose/raw.ts';
import { placeOfItem } from '../look.ts';
import type { LintRule } from '../types.ts';

export const hostPort: LintRule = {
  id: 'CC017',
  severity: 'warn',
  needs: 'stack',
  title: 'no port of the host is taken',
  fix: 'route it through Traefik, or move the port into an overlay',
  check: (context) =>
    Object.entries(context.all.services).flatMap(([service, { ports }]) =>
      (ports ?? [])
        .filter(({ published }) => published !== undefined && published !== 0)
        .map(({ published, protocol }) => ({
          message: `${service} takes port ${published}/${protocol ?? 'tcp'} of the host: one such app fits on a server`,
          place: placeOfItem(
            context,
            ['services', service, 'ports'],
            (item) => !isRawMap(item) && isPort(scalarText(item), `${published}`),
          ),
        })),
    ),
};

/** Whether a short form publishes this port: alone, in front, or behind an address. */
function isPort(text: string, port: string): boolean {
  return text === port || text.startsWith(`${port}:`) || text.includes(`:${port}:`);
}
