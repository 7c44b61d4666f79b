import { expect, test } from 'vitest';
import type { ApiService, ApiTask } from '../../src/swarm/api-types.ts';
import { hostPortTaken } from '../../src/swarm/causes/host-port-taken.ts';
import { portIsHeld } from '../../src/swarm/port-holders.ts';
import { observation, service as observed, task as observedTask } from './support.ts';

const service = (ID: string, port: number, mode = 'host') =>
  ({
    ID,
    Spec: { Name: ID, EndpointSpec: { Ports: [{ Protocol: 'tcp', PublishedPort: port, PublishMode: mode }] } },
  }) as unknown as ApiService;
const task = (ServiceID: string, State: string, DesiredState = 'running') =>
  ({ ServiceID, DesiredState, Status: { State } }) as unknown as ApiTask;

const own = service('own', 7835);

test('a port is held by whatever service has a task there, also one that only begins', () => {
  const other = service('other', 7835);
  expect(portIsHeld(own, [own, other], [task('own', 'pending'), task('other', 'running')])).toBe(true);
  expect(portIsHeld(own, [own, other], [task('own', 'pending'), task('other', 'assigned')])).toBe(true);
  expect(portIsHeld(own, [own], [task('own', 'pending'), task('own', 'running')])).toBe(true);
});

test('a port is free when its last task has ended or is gone, whatever the scheduler still says', () => {
  expect(portIsHeld(own, [own], [task('own', 'pending')])).toBe(false);
  expect(portIsHeld(own, [own], [task('own', 'pending'), task('own', 'shutdown')])).toBe(false);
  expect(portIsHeld(own, [own], [task('own', 'pending'), task('own', 'running', 'remove')])).toBe(false);
});

test('other ports, and ports of the ingress network, are no host’s port of this one', () => {
  const others = [own, service('a', 7836), service('b', 7835, 'ingress')];
  expect(portIsHeld(own, others, [task('a', 'running'), task('b', 'running')])).toBe(false);
});

test('a task that waits for a port nobody has is not given up', () => {
  const error = 'no suitable node (host-mode port already in use on 1 node)';
  const waiting = observed({ tasks: [observedTask({ state: 'pending', error })] });
  expect(hostPortTaken.detect?.(waiting, observation([waiting]))?.sentence).toContain('used by another service');
  const free = { ...waiting, awaitsFreePort: true };
  expect(hostPortTaken.detect?.(free, observation([free]))).toBeUndefined();
});
