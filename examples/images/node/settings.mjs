import { readFileSync } from 'node:fs';

/** A setting from the variable, or from the file that its …_FILE twin names (a Swarm secret), or the default. */
export function setting(name, otherwise) {
  const file = process.env[`${name}_FILE`];
  if (file) return readFileSync(file, 'utf8').trimEnd();
  return process.env[name] || otherwise;
}

/**
 * Calls `attempt` until it succeeds, and says why it has not yet. A database may start after its app; an error for which
 * `isFinal` holds will not go away by waiting, and after `seconds` none is waited for.
 */
export async function retry(seconds, attempt, isFinal = () => false) {
  const until = Date.now() + seconds * 1000;
  let said = '';
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (isFinal(error) || Date.now() > until) throw error;
      if (error.message !== said) console.error(`waiting: ${error.message}`);
      said = error.message;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
