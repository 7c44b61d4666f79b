import type { ObservedService, ObservedTask } from '../observation.ts';
import { findTaskError } from './cause-kind.ts';

/** The first task that was rejected because the Engine has no such image. It says nothing of why that is so. Pure. */
export function findMissingImage(
  service: ObservedService,
): { readonly task: ObservedTask; readonly image: string } | undefined {
  const found = findTaskError(service, ['rejected'], /No such image: (?<image>\S+)/);
  return found === undefined ? undefined : { task: found.task, image: found.match.groups?.['image'] ?? service.image };
}
