import { CodedError } from '../base/errors.ts';
import type { Stack } from './compose/types.ts';
import type { AbraSh, PostCommand } from './types.ts';

/**
 * Splits `app migrate now|db vacuum` into commands. Each needs a service (or `local`) that exists and a function of
 * `abra.sh`; anything else is `E_POST_COMMAND`, as abra refuses it.
 */
export function parsePostCommands(key: string, text: string, stack: Stack, abraSh: AbraSh | undefined): PostCommand[] {
  if (text.trim() === '') return [];
  return text.split('|').map((part) => {
    const [service, command, ...args] = part.trim().split(/\s+/);
    if (service === undefined || command === undefined) {
      throw refuse(key, `${JSON.stringify(part.trim())} is not a service and a command`);
    }
    if (service !== 'local' && stack.services[service] === undefined)
      throw refuse(key, `no service is named ${service}`);
    if (abraSh === undefined || !abraSh.functions.includes(command)) {
      throw refuse(key, `abra.sh has no function ${command}`);
    }
    return { service, command, args };
  });
}

function refuse(key: string, message: string): CodedError {
  return new CodedError({
    code: 'E_POST_COMMAND',
    message: `${key}: ${message}`,
    fault: 'recipe',
    where: { key },
    hint: 'write "service function arguments", several of them with | between',
  });
}
