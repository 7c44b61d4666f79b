import { readFileSync } from 'node:fs';

/** A setting from the variable, or from the file that its …_FILE twin names (a Swarm secret), or the default. */
export function setting(name, otherwise) {
  const file = process.env[`${name}_FILE`];
  if (file) return readFileSync(file, 'utf8').trimEnd();
  return process.env[name] || otherwise;
}

/** Calls `attempt` until it succeeds; gives up with its last error after `seconds`. A database may start after its app. */
export async function retry(seconds, attempt) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
