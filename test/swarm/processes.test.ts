import { expect, test } from 'vitest';
import { parseSleep, parseStat, parseTraffic, readProcesses } from '../../src/swarm/processes.ts';

test('processor time counts children that have ended, and a name may hold anything', () => {
  const fields = [
    'S',
    '1',
    '1',
    '1',
    '0',
    '-1',
    '0',
    '0',
    '0',
    '0',
    '0',
    '7',
    '5',
    '20',
    '3',
    '20',
    '0',
    '1',
    '0',
    '4711',
  ];
  expect(parseStat(`42 (a) b (c) ${fields.join(' ')} 0`)).toEqual({ cpuMs: 350, startedMs: 47_110 });
});

test.each<[readonly string[], number | undefined]>([
  [['sleep', '30'], 30_000],
  [['/bin/sleep', '1.5m', ''], 90_000],
  [['busybox', 'sleep', '1', '2h'], 7_201_000],
  [['/usr/bin/sleep', 'infinity'], Infinity],
  [['sh', '-c', 'sleep 30'], undefined],
  [['sleeper', '30'], undefined],
])('%j sleeps for %s ms', (argv, ms) => {
  expect(parseSleep(argv)).toBe(ms);
});

test('traffic is counted without the loopback', () => {
  const text = [
    'Inter-|   Receive    |  Transmit',
    ' face |bytes packets errs drop fifo frame compressed multicast|bytes packets',
    '    lo:     900       9    0    0    0     0          0         0      900       9',
    '  eth0:    7750      58    0    0    0     0          0         0     8760      64',
    '  eth1:      10       1    0    0    0     0          0         0        5       1',
  ].join('\n');
  expect(parseTraffic(text)).toBe(7750 + 8760 + 15);
});

test('nothing is known of a process that is not the container’s', async () => {
  expect(await readProcesses('no-such-container', process.pid, 1000)).toBeUndefined();
  expect(await readProcesses('any', 0, 1000)).toBeUndefined();
});
