import type { CauseKind } from './cause-kind.ts';
import { findOnLine } from './in-order.ts';

export const nameTooLong: CauseKind = {
  code: 'name-too-long',
  fault: 'recipe',
  meaning:
    'The name of a secret or config has more than 64 characters in the Swarm, or that of a service or network more than 63. ' +
    'The stack’s own name is part of it.',
  shows: 'the plan, which refuses it as `E_NAME_TOO_LONG`; else the answer of `docker stack deploy`',
  earliest: 'before anything is deployed',
  hint: 'shorten the id or the version in the compose file; the stack’s name takes up to 45 characters of it',
  detectRefusal(message) {
    const found = findOnLine(
      message,
      /failed to (?:create|update) (?<kind>service|network|config|secret) (?<name>[^\s:]+): /,
      /must be (?<limit>\d+) characters or fewer|invalid name, only (?<most>\d+) /,
    );
    const { kind, name = '', limit, most } = found?.groups ?? {};
    // The same words are said of a name with a wrong character in it.
    if (found === undefined || name.length <= Number(limit ?? most)) return undefined;
    const length = `${name.length} characters; the Engine takes ${limit ?? most}`;
    return { service: '', sentence: `the ${kind} name ${name} has ${length}` };
  },
};
