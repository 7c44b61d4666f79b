import type { CauseKind } from './cause-kind.ts';
import { findInOrder } from './in-order.ts';

export const configChanged: CauseKind = {
  code: 'config-changed-without-bump',
  fault: 'recipe',
  meaning: 'The content of a config or secret changed but its name did not. The Swarm never changes one in place.',
  shows: 'the answer of `docker stack deploy`: `only updates to Labels are allowed`',
  earliest: 'during the deploy call',
  hint: 'raise the version of the config in `abra.sh` (`export …_VERSION=v2`) whenever its file changes',
  detectRefusal(message) {
    const update = /failed to update (?<kind>config|secret) (?<name>[^\s:]+):/;
    const found = findInOrder(message, update, /only updates to Labels are allowed/);
    if (found === undefined) return undefined;
    const { kind, name } = found.groups;
    return { service: '', sentence: `the ${kind} ${name} has new content under its old name` };
  },
};
