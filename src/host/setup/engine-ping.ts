import { request } from 'node:http';
import { delay } from '../../base/deadline.ts';

/** What the Engine says of itself without a version being agreed on. */
export interface EnginePing {
  readonly apiVersion: string;
}

/** Asks the Engine for a sign of life; undefined when nothing answers on the socket. Never throws. */
export function pingEngine(socketPath: string, timeoutMs = 2000): Promise<EnginePing | undefined> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: timeoutMs }, (response) => {
      response.resume();
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        const version = response.headers['api-version'];
        resolve(response.statusCode === 200 ? { apiVersion: String(version ?? 'unknown') } : undefined);
      });
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

/** Waits until the Engine answers; undefined when `signal` fires first. */
export async function waitForEngine(socketPath: string, signal: AbortSignal): Promise<EnginePing | undefined> {
  while (!signal.aborted) {
    const answer = await pingEngine(socketPath);
    if (answer !== undefined) return answer;
    await delay(100, signal).catch(() => undefined);
  }
  return undefined;
}
