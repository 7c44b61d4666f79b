import type { ObservedTarget } from './observation.ts';
import type { Socket } from './sockets.ts';

/** All that listens in the containers of a target; undefined where there is none, or one could not be read. */
export function listening({ containers }: ObservedTarget): readonly Socket[] | undefined {
  const read = containers.flatMap(({ sockets }) => (sockets === undefined ? [] : [sockets]));
  return read.length === 0 || read.length < containers.length ? undefined : read.flat();
}
