import { CodedError } from '../../base/errors.ts';
import type { AppData, ExecOptions } from '../app-data.ts';

const LIMIT_MS = 30_000;

/**
 * Runs one of our scripts in a service's container: constant text, with values as positional parameters and input on
 * standard input. Returns what it printed; anything but exit code 0 is `E_CANARY_QUERY` with its last lines.
 */
export async function queryService(
  data: AppData,
  service: string,
  script: string,
  parameters: readonly string[],
  options: Pick<ExecOptions, 'stdin' | 'user'> = {},
): Promise<string> {
  const result = await data.exec(service, ['sh', '-c', script, 'sh', ...parameters], {
    ...options,
    timeoutMs: LIMIT_MS,
  });
  if (result.exitCode === 0) return result.stdout;
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n');
  throw new CodedError({
    code: 'E_CANARY_QUERY',
    message: `${service}: ${lines.at(-1) || `the query ended with ${result.exitCode}`}`,
    fault: 'cc-ci',
    evidence: lines.slice(-6),
  });
}

/** Reads rows of `key|value`, as the database tools print them, into a map. */
export function readPairs(output: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const line of output.split('\n')) {
    const at = line.search(/[|\t]/);
    if (at > 0) pairs.set(line.slice(0, at), line.slice(at + 1).trimEnd());
  }
  return pairs;
}

/** Non-empty trimmed lines. */
export function readLines(output: string): string[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
