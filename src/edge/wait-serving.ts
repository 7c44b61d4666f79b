import { readFile } from 'node:fs/promises';
import { delay, startDeadline } from '../base/deadline.ts';
import { probeWith } from './probe.ts';
import { ROUTER_HEADER } from './router-header.ts';
import type { Edge, ProbeAnswer } from './types.ts';

/** Milliseconds between two questions; the router has no event to wait for, and a probe costs it next to nothing. */
const PAUSE_MS = 50;
/** An app that says no is asked more rarely the longer it says the same: it should get on with its start, and look idle when it is. */
const WRONG_SHARE = 1 / 8;
const MOST_PAUSE_MS = 2000;

export interface WaitServingOptions {
  readonly host: string;
  readonly path: string;
  /** `https` unless given. */
  readonly scheme?: 'https' | 'http' | undefined;
  /** Statuses that count as serving. 404 and the proxy's own answers never do. */
  readonly accepted: readonly number[];
  /** Upper bound in milliseconds. */
  readonly timeoutMs: number;
  /** Gives up once the proxy itself has said 404 for so long: it knows no such host, and routes do not grow with time. */
  readonly unroutedMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told each time the answer differs from the one before. */
  readonly onAnswer?: ((answer: ProbeAnswer) => void) | undefined;
}

/** How waiting for an app ended. */
export interface Serving {
  readonly ok: boolean;
  /** The answers in order, each run of equal ones once; the last one decided. */
  readonly answers: readonly ProbeAnswer[];
  readonly ms: number;
}

/**
 * Asks until the app itself gives an accepted status, or the bound or the signal ends it. Never rejects: what it saw is in
 * the answers.
 */
export async function waitServing(edge: Edge, options: WaitServingOptions): Promise<Serving> {
  const started = performance.now();
  using deadline = startDeadline(options.timeoutMs, options.signal);
  const authority =
    edge.authorityFile === undefined ? undefined : await readFile(edge.authorityFile).catch(() => undefined);
  const answers: ProbeAnswer[] = [];
  const finish = (ok: boolean): Serving => ({ ok, answers, ms: Math.round(performance.now() - started) });
  let unroutedSince: number | undefined;
  let sameSince = started;
  for (;;) {
    const answer = await probeWith(
      edge,
      { host: options.host, path: options.path, scheme: options.scheme, signal: deadline.signal },
      authority,
    );
    if (deadline.signal.aborted && answer.status === undefined) return finish(false);
    const last = answers.at(-1);
    if (last === undefined || outline(last) !== outline(answer)) {
      answers.push(answer);
      sameSince = performance.now();
      options.onAnswer?.(answer);
    }
    if (isServing(answer, options.accepted)) return finish(true);
    unroutedSince = answer.fromProxy && answer.status === 404 ? (unroutedSince ?? performance.now()) : undefined;
    if (unroutedSince !== undefined && performance.now() - unroutedSince >= (options.unroutedMs ?? Infinity)) {
      return finish(false);
    }
    try {
      const own = answer.status !== undefined && !answer.fromProxy;
      const rare = own ? (performance.now() - sameSince) * WRONG_SHARE : 0;
      await delay(Math.min(MOST_PAUSE_MS, Math.max(PAUSE_MS, rare)), deadline.signal);
    } catch {
      return finish(false);
    }
  }
}

/** Whether an answer proves that the app serves. */
export function isServing(answer: ProbeAnswer, accepted: readonly number[]): boolean {
  return answer.status !== undefined && answer.status !== 404 && !answer.fromProxy && accepted.includes(answer.status);
}

function outline({ status, error, headers }: ProbeAnswer): string {
  return `${status ?? error ?? ''} ${headers[ROUTER_HEADER] ?? ''}`;
}
