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
  const lines = readLines(`${result.stdout}\n${result.stderr}`);
  throw new CodedError({
    code: 'E_CANARY_QUERY',
    message: `${service}: ${telling(lines) ?? `the query ended with ${result.exitCode}`}`,
    fault: 'cc-ci',
    evidence: lines.slice(-6),
  });
}

/** The line that says what is wrong: psql prints the statement and a mark below it after its error, others nothing more. */
function telling(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => /\b(?:ERROR|FATAL)\b/.test(line)) ?? lines.at(-1);
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

/** Tools that carry the name of the server they serve: none of them holds its data. */
const TOOL = /export|admin|backup|insight|commander|bouncer|pgpool|proxy|sentinel|operator/i;

/** True when a service runs and its image is one of these servers, by the beginning of its name: `mysql-server` is a `mysql`. */
export async function runsServer(data: AppData, service: string, servers: readonly string[]): Promise<boolean> {
  const name = (await imageName(data, service)).toLowerCase();
  const matches = servers.some((server) => name.startsWith(server) && !/^[a-z]/.test(name.slice(server.length)));
  return matches && !TOOL.test(name) && (await isRunning(data, service));
}

/** The image of a service without registry, tag and digest: `docker.io/library/postgres:15@sha256:…` is `postgres`. */
async function imageName(data: AppData, service: string): Promise<string> {
  const reference = ((await data.image(service)).split('@', 1)[0] ?? '').replace(/:[^/:]*$/, '');
  return reference.split('/').at(-1) ?? '';
}

async function isRunning(data: AppData, service: string): Promise<boolean> {
  try {
    await data.containerOf(service);
    return true;
  } catch (error: unknown) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

/** The environment of a service; empty where it has no container, as a service with 0 replicas has none. */
export async function environmentOf(data: AppData, service: string): Promise<Readonly<Record<string, string>>> {
  try {
    return await data.inspectEnv(service);
  } catch (error: unknown) {
    if (error instanceof CodedError) return {};
    throw error;
  }
}
