import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../../base/deadline.ts';
import { CodedError } from '../../base/errors.ts';
import { tryLock } from '../../base/lock.ts';
import { formatMs } from '../../base/text.ts';
import { type PublicClaim, publishClaim, readClaims } from './claims.ts';
import { type Claim, judgeRoom, type Room, type RoomAnswer } from './judge-room.ts';
import type { RoomNeed } from './need.ts';

/** How a host is looked at: the Engine in earnest, figures in a test. */
export interface RoomGauge {
  measure(): Promise<Room>;
  /** Adds what the live runs hold; asked only when it can make a difference. */
  withHeld(room: Room, claims: readonly Claim[]): Promise<Room>;
}

export interface RoomRequest {
  readonly runId: string;
  readonly stackName: string;
  readonly need: RoomNeed;
  /** Upper bound for waiting until other runs have ended; with 0 what does not fit now is refused. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Told what is waited for, each time that changes. */
  readonly onWait: (sentence: string) => void;
}

/** The kernel frees the lock of a run that was killed, and nothing tells: so often it is looked for. */
const LOOK_MS = 5000;
/** Judging one run takes a second or two; whoever holds the turn for longer is not coming back. */
const TURN_MS = 60_000;

/**
 * Grants a run its room on this host, or waits for it, or refuses it, before it touches anything. One run is judged at a
 * time, and what earlier ones wait for counts as theirs: a small run would always fit, and a large one would never get its
 * turn. What would not fit on the host without other runs is refused at once. The claim ends with its disposal. Errors:
 * `E_NO_ADDRESSES`, `E_NO_MEMORY`, `E_NO_DISK`.
 */
export async function takeRoom(hostLocks: string, gauge: RoomGauge, request: RoomRequest): Promise<AsyncDisposable> {
  await mkdir(hostLocks, { recursive: true });
  const { runId, stackName, need, waitMs, signal, onWait } = request;
  const until = performance.now() + waitMs;
  using bell = watchDirectory(hostLocks);
  await using held = new AsyncDisposableStack();
  const { addresses, memoryBytes, diskBytes } = need;
  const claim = held.use(
    await publishClaim(hostLocks, {
      runId,
      stackName,
      need: { addresses, memoryBytes, diskBytes },
      place: (await gauge.measure()).place,
    }),
  );
  for (let told = ''; ; ) {
    const answer = await inTurn(hostLocks, async () => {
      const found = await look(hostLocks, gauge, need, { runId, madeAtMs: claim.madeAtMs });
      if (found.answer === 'fits') await claim.grant();
      return found;
    });
    if (answer.answer === 'fits') return held.move();
    const leftMs = until - performance.now();
    if (answer.answer === 'never' || waitMs === 0) throw answer.lack;
    if (leftMs <= 0) throw tooLong(answer.lack, waitMs);
    if (answer.lack.message !== told) onWait(`waiting for room: ${answer.lack.message}`);
    told = answer.lack.message;
    await bell.wait(Math.min(leftMs, LOOK_MS), signal);
  }
}

/** How a run stands with the room there is, beside those that came before it; beside all others when it has no claim yet. */
export async function look(
  hostLocks: string,
  gauge: RoomGauge,
  need: RoomNeed,
  own?: Pick<PublicClaim, 'runId' | 'madeAtMs'>,
): Promise<RoomAnswer> {
  const all = await readClaims(hostLocks);
  const claims = all.filter(({ runId, granted, madeAtMs }) => {
    if (own === undefined || runId === own.runId) return own === undefined;
    return granted || madeAtMs < own.madeAtMs || (madeAtMs === own.madeAtMs && runId < own.runId);
  });
  const room = await gauge.measure();
  const answer = judgeRoom(need, room, claims);
  // What is not held yet can only be less than what was promised: a yes stays one.
  if (answer.answer === 'fits' || claims.length === 0) return answer;
  return judgeRoom(need, await gauge.withHeld(room, claims), claims);
}

async function inTurn<T>(hostLocks: string, work: () => Promise<T>): Promise<T> {
  await using lock = await tryLock(join(hostLocks, 'room.lock'), { waitMs: TURN_MS });
  if (lock !== undefined) return await work();
  throw new CodedError({
    code: 'E_LOCK',
    message: `another run is being granted room on this host for more than ${formatMs(TURN_MS)}`,
    fault: 'infrastructure',
  });
}

function tooLong(lack: CodedError, waitMs: number): CodedError {
  return new CodedError({
    ...lack.toJSON(),
    message: `${lack.message}; waited ${formatMs(waitMs)} for other runs to end`,
    hint: 'wait longer with --wait-for-room, or run fewer at a time',
  });
}

interface Bell extends Disposable {
  /** Resolves when something changed since the last call, after `maxMs` at the latest. Rejects on abort. */
  wait(maxMs: number, signal: AbortSignal): Promise<void>;
}

/** Rings when a file of a directory is made or removed: a run that ends removes its claim. */
function watchDirectory(path: string): Bell {
  let rung = Promise.withResolvers<void>();
  const watcher = watch(path, { persistent: false }, () => rung.resolve());
  return {
    async wait(maxMs, signal) {
      const timer = new AbortController();
      await Promise.race([rung.promise, delay(maxMs, AbortSignal.any([timer.signal, signal])).catch(() => undefined)]);
      timer.abort();
      rung = Promise.withResolvers<void>();
      signal.throwIfAborted();
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}
