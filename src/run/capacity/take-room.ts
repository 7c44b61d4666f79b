import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../../base/deadline.ts';
import { CodedError } from '../../base/errors.ts';
import { type Lock, tryLock } from '../../base/lock.ts';
import { formatMs } from '../../base/text.ts';
import { publishClaim, readClaims } from './claims.ts';
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

/** So long even a run that is not to wait has patience with another one that is being judged. */
const TURN_MS = 5000;
/** The kernel frees the lock of a run that was killed, and nothing tells: so often it is looked for. */
const LOOK_MS = 5000;
/** Lets a cancelled run notice that it is. */
const TRY_MS = 1000;

/**
 * Grants a run its room on this host, or waits for it, or refuses it, before it touches anything. One run is judged at a
 * time, and the one that waits is not overtaken: a small run would always fit, and a large one would never get its turn.
 * What would not fit on the empty host is refused at once. The claim ends with its disposal. Errors: `E_NO_ADDRESSES`,
 * `E_NO_MEMORY`, `E_NO_DISK`, `E_NO_TURN`.
 */
export async function takeRoom(hostLocks: string, gauge: RoomGauge, request: RoomRequest): Promise<AsyncDisposable> {
  await mkdir(hostLocks, { recursive: true });
  const until = performance.now() + request.waitMs;
  await using turn = await takeTurn(join(hostLocks, 'room.lock'), request);
  void turn;
  using bell = watchDirectory(hostLocks);
  for (let told = ''; ; ) {
    const answer = await look(hostLocks, gauge, request.need);
    // Published before the turn ends: else two runs would take the same last room.
    if (answer.answer === 'fits') return await publishClaim(hostLocks, claimOf(request));
    const leftMs = until - performance.now();
    if (answer.answer === 'never' || request.waitMs === 0) throw answer.lack;
    if (leftMs <= 0) throw tooLong(answer.lack, request.waitMs);
    if (answer.lack.message !== told) request.onWait(`waiting for room: ${answer.lack.message}`);
    told = answer.lack.message;
    await bell.wait(Math.min(leftMs, LOOK_MS), request.signal);
  }
}

function claimOf({ runId, stackName, need: { addresses, memoryBytes, diskBytes } }: RoomRequest): Claim {
  return { runId, stackName, need: { addresses, memoryBytes, diskBytes } };
}

/** How a run stands with the room there is, without taking or waiting for any. */
export async function look(hostLocks: string, gauge: RoomGauge, need: RoomNeed): Promise<RoomAnswer> {
  const claims = await readClaims(hostLocks);
  const room = await gauge.measure();
  const answer = judgeRoom(need, room, claims);
  // What is not held yet can only be less than what was promised: a yes stays one.
  if (answer.answer === 'fits' || claims.length === 0) return answer;
  return judgeRoom(need, await gauge.withHeld(room, claims), claims);
}

async function takeTurn(path: string, { waitMs, signal, onWait }: RoomRequest): Promise<Lock> {
  const until = performance.now() + Math.max(waitMs, TURN_MS);
  for (let attempt = 0; ; attempt += 1) {
    const lock = await tryLock(path, { waitMs: TRY_MS });
    if (lock !== undefined) return lock;
    if (attempt === 0) onWait('waiting for room: another run waits for it already');
    signal.throwIfAborted();
    if (performance.now() < until) continue;
    throw new CodedError({
      code: 'E_NO_TURN',
      message: `other runs have been waiting for room on this host for ${formatMs(Math.max(waitMs, TURN_MS))}`,
      fault: 'infrastructure',
      hint: 'try again when there is less to do, or wait longer with --wait-for-room',
    });
  }
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
