import { describe, expect, test } from 'vitest';
import { formatLines } from '../../src/cli/doctor.ts';
import { missing, ok } from '../../src/host/doctor/finding.ts';
import { judgeAddresses, judgeClock, judgeDisk, judgeNode } from '../../src/host/doctor/judge-machine.ts';
import { judgeEgress, judgeEngine } from '../../src/host/doctor/look-at-engine.ts';
import type { EngineFacts } from '../../src/swarm/types.ts';

const GIB = 1024 ** 3;

const FACTS: EngineFacts = {
  socket: '/var/run/docker.sock',
  engineVersion: '20.10.24',
  apiVersion: '1.41',
  swarm: 'manager',
  nodeId: 'n1',
  nodes: 1,
  ipvs: true,
  architecture: 'x86_64',
};

describe('the doctor', () => {
  test.each([
    [100 * GIB, 'ok'],
    [9 * GIB, 'warn'],
    [1 * GIB, 'missing'],
  ])('judges %d free bytes as %s', (bytes, state) => {
    expect(judgeDisk('disk', '/var/lib', bytes).state).toBe(state);
  });

  test('sees a clock that stands before what already happened', () => {
    const now = Date.UTC(2026, 0, 10);
    expect(judgeClock(now, now - 5000).state).toBe('ok');
    expect(judgeClock(now, now + 5000).state).toBe('ok');
    expect(judgeClock(now, now + 3_600_000)).toMatchObject({
      state: 'missing',
      advice: expect.stringContaining('clock'),
    });
  });

  test.each([
    ['v24.12.0', 'ok'],
    ['v26.0.0', 'ok'],
    ['v24.11.9', 'missing'],
    ['v20.20.2', 'missing'],
  ])('judges Node %s as %s', (version, state) => {
    expect(judgeNode(version).state).toBe(state);
  });

  test('counts the addresses of the shared network', () => {
    expect(judgeAddresses('proxy', { used: 20, total: 65_534 }).state).toBe('ok');
    expect(judgeAddresses('proxy', { used: 240, total: 254 }).state).toBe('warn');
    expect(judgeAddresses('proxy', { used: 15, total: 14 }).state).toBe('missing');
    expect(judgeAddresses('proxy', undefined)).toMatchObject({
      state: 'missing',
      advice: expect.stringContaining('setup'),
    });
  });

  test('takes a kernel without IPVS as a warning, for stacks are adapted to it', () => {
    const states = (facts: EngineFacts) =>
      Object.fromEntries(judgeEngine(facts).map(({ subject, state }) => [subject, state]));

    expect(states(FACTS)).toEqual({ engine: 'ok', API: 'ok', swarm: 'ok', IPVS: 'ok' });
    expect(states({ ...FACTS, ipvs: false })).toMatchObject({ IPVS: 'warn' });
    expect(states({ ...FACTS, swarm: 'inactive' })).toMatchObject({ swarm: 'missing' });
    expect(states({ ...FACTS, swarm: 'worker' })).toMatchObject({ swarm: 'missing' });
  });

  test('prints each advice below its line', () => {
    expect(formatLines([ok('git', '2.39'), missing('restic', 'not on the path', 'install restic')])).toBe(
      ['ok       git     2.39', 'missing  restic  not on the path', '                 → install restic', ''].join('\n'),
    );
  });
});

test('rules for stacks that are lacking or that nobody wants are a warning, with what to do', () => {
  expect(judgeEgress({ ok: true, detail: 'closed to stacks' })).toMatchObject({
    state: 'ok',
    seen: 'closed to stacks',
  });
  expect(judgeEgress({ ok: true, detail: 'open', warnings: ['stacks reach this host'] })).toMatchObject({
    state: 'warn',
    advice: 'stacks reach this host',
  });
  expect(judgeEgress({ ok: false, detail: 'chain X is not there' })).toMatchObject({
    state: 'warn',
    advice: expect.stringContaining('./cc-ci setup'),
  });
});
