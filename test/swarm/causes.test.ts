import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOfRefusal, detectCauses } from '../../src/swarm/causes/registry.ts';
import { FINAL_POLICY, type ObservedService } from '../../src/swarm/observation.ts';
import { container, exit, observation, START, service, task } from './support.ts';

const codes = (...services: readonly ObservedService[]) => detectCauses(observation(services)).map(({ code }) => code);

const rejected = (error: string) =>
  service({ tasks: [task({ state: 'rejected', desiredState: 'shutdown', message: 'preparing', error })] });
const pending = (error: string) =>
  service({ tasks: [task({ state: 'pending', message: 'pending task scheduling', error })] });
const failed = (error: string) => service({ tasks: [task({ state: 'failed', desiredState: 'shutdown', error })] });

describe('recorded task errors are recognised', () => {
  test.each([
    ['disk-full', rejected('mkdir /var/lib/docker/overlay2/x: no space left on device')],
    ['volume-failed', rejected('failed to mount local volume: mount :/nope:/v: no such device')],
    ['bind-source-missing', rejected('invalid mount config for type "bind": bind source path does not exist: /nope/x')],
    ['address-pool-exhausted', rejected('node is missing network attachments, ip addresses may be exhausted')],
    ['placement-unsatisfiable', pending('no suitable node (scheduling constraints not satisfied on 1 node)')],
    ['driver-missing', pending('no suitable node (missing plugin on 1 node)')],
    ['wrong-architecture', pending('no suitable node (unsupported platform on 1 node)')],
    ['resources-unsatisfiable', pending('no suitable node (insufficient resources on 1 node)')],
    ['host-port-taken', pending('no suitable node (host-mode port already in use on 1 node)')],
    [
      'host-port-taken',
      failed(
        'starting container failed: driver failed programming external connectivity on endpoint x: Error starting ' +
          'userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
      ),
    ],
    [
      'entrypoint-missing',
      failed(
        'starting container failed: failed to create shim task: OCI runtime create failed: runc create failed: unable to ' +
          'start container process: exec: "/nope": stat /nope: no such file or directory: unknown',
      ),
    ],
  ])('%s', (code, observed) => {
    expect(codes(observed)).toEqual([code]);
  });

  test('a pending task gets a moment before it counts', () => {
    const observed = pending('no suitable node (insufficient resources on 1 node)');
    expect(detectCauses(observation([observed], { nowMs: START + 1000 }))).toEqual([]);
  });

  test('a port that the replaced task is about to leave is not taken', () => {
    const waiting = pending('no suitable node (host-mode port already in use on 1 node)');
    expect(codes({ ...waiting, leaving: 1 })).toEqual([]);
    // Services of one stack may also pass a port on to each other.
    expect(codes(waiting, service({ service: 'other', serviceId: 's-other', running: 1, leaving: 1 }))).toEqual([]);
  });

  test('one unrecognised rejection may be a hiccup, a second is a refusal', () => {
    const error = 'something that no file here knows';
    const first = task({ id: 'a', state: 'rejected', error });
    expect(codes(service({ tasks: [first] }))).toEqual([]);
    expect(codes(service({ tasks: [first, { ...first, id: 'b' }] }))).toEqual(['task-rejected']);
  });
});

test('a network that cannot be joined may be on its way; twice it is missing, and that is not the recipe’s fault', () => {
  const lost = rejected('could not find a network matching network mode x: network x not found');
  expect(codes(lost)).toEqual([]);
  const [cause] = detectCauses(observation([{ ...lost, tasks: [...lost.tasks, ...lost.tasks] }]));
  expect(cause).toMatchObject({ code: 'missing-network', fault: 'infrastructure' });
});

test('a full disk is not the fault of a recipe', () => {
  const first = task({
    id: 'a',
    state: 'failed',
    error: 'starting container failed: mkdir /x: no space left on device',
  });
  const [cause] = detectCauses(observation([service({ tasks: [first, { ...first, id: 'b' }] })]));
  expect(cause).toMatchObject({ code: 'disk-full', fault: 'infrastructure' });
});

test('a config template that cannot be expanded is named at its first failure, with its line', () => {
  const error =
    'starting container failed: unable to get config from config store: failed to expand templated config agzxg50ns2: template: expansion:3: function "nosuch" not defined';
  const [cause, ...others] = detectCauses(observation([service({ tasks: [task({ state: 'failed', error })] })]));
  expect(others).toEqual([]);
  expect(cause).toMatchObject({
    code: 'template-failed',
    fault: 'recipe',
    sentence: 'app: the template of a config cannot be expanded, line 3: function "nosuch" not defined',
  });
});

describe('crash loop', () => {
  const exits = [exit(3, 500), exit(3, 6000), exit(3, 11_500)];

  test('two exits of a service that is alone, or beside services whose health checks passed', () => {
    expect(codes(service({ tasks: exits.slice(0, 2) }))).toEqual(['crash-loop']);
    expect(codes(service({ tasks: exits.slice(0, 1) }))).toEqual([]);
    const db = service({ service: 'db', serviceId: 's-db', running: 1, readyAtMs: START + 400, hasHealthcheck: true });
    expect(codes(service({ tasks: exits.slice(0, 2) }), db)).toEqual(['crash-loop']);
    // The first exit was before the database had proved itself.
    expect(codes(service({ tasks: exits.slice(0, 2) }), { ...db, readyAtMs: START + 600 })).toEqual([]);
  });

  test('three exits beside a service that runs and has no health check to say more', () => {
    const db = service({ service: 'db', serviceId: 's-db', running: 1, readyAtMs: START + 400 });
    expect(codes(service({ tasks: exits.slice(0, 2) }), db)).toEqual([]);
    expect(codes(service({ tasks: exits }), db)).toEqual(['crash-loop']);
  });

  test('exits outside the window are no loop', () => {
    expect(codes(service({ tasks: [exit(3, 500), exit(3, 61_000)] }))).toEqual([]);
  });

  test('exits while another service is still coming up are a race, not a loop', () => {
    const db = service({ service: 'db', serviceId: 's-db', tasks: [task({ state: 'starting' })] });
    expect(codes(service({ tasks: exits }), db)).toEqual([]);
    const upEarly = { ...db, running: 1, readyAtMs: START + 400 };
    expect(codes(service({ tasks: exits }), upEarly)).toEqual(['crash-loop']);
    const upLate = { ...db, running: 1, readyAtMs: START + 6500 };
    expect(codes(service({ tasks: exits }), upLate)).toEqual([]);
  });

  test('two services that crash do not wait for one another', () => {
    const other = service({ service: 'db', serviceId: 's-db', tasks: [exit(1, 400), exit(1, 5900), exit(1, 11_400)] });
    expect(detectCauses(observation([service({ tasks: exits }), other])).map(({ service }) => service)).toEqual([
      'db',
      'app',
    ]);
  });

  test('attempts that are used up are final at once', () => {
    const observed = service({ restartCondition: 'on-failure', maxAttempts: 1, tasks: exits.slice(0, 2) });
    expect(detectCauses(observation([observed]))[0]?.sentence).toMatch(/no further attempt/);
    expect(codes({ ...observed, tasks: exits.slice(0, 1) })).toEqual([]);
  });

  test('at the end of the time one exit is the best that is known', () => {
    const observed = service({ tasks: exits.slice(0, 1) });
    const db = service({ service: 'db', serviceId: 's-db', tasks: [task({ state: 'starting' })] });
    const causes = detectCauses(observation([observed, db], { policy: FINAL_POLICY }));
    expect(causes.map(({ code }) => code)).toEqual(['crash-loop']);
  });
});

describe('health', () => {
  const sick = container({
    unhealthyAtMs: START + 4000,
    diedAtMs: START + 4400,
    probes: ['health check (exit 1): no'],
  });

  test('a program that was stopped for being unhealthy has not crashed', () => {
    const tasks = [1, 2, 3].map((slot) => exit(137, 4400 + slot, { container: sick }));
    expect(codes(service({ hasHealthcheck: true, tasks }))).toEqual(['healthcheck-failing']);
  });

  test('a program that ended before its check gave up has crashed', () => {
    const crashed = container({ diedAtMs: START + 1000, unhealthyAtMs: START + 1200 });
    const once = exit(1, 1000, { container: crashed });
    expect(codes(service({ hasHealthcheck: true, tasks: [once] }))).toEqual([]);
    expect(codes(service({ hasHealthcheck: true, tasks: [once, exit(1, 6000)] }))).toEqual(['crash-loop']);
  });

  test('an unhealthy container that exits 0 under on-failure: health leads, the stranded service follows', () => {
    const observed = service({
      restartCondition: 'on-failure',
      hasHealthcheck: true,
      tasks: [task({ state: 'complete', desiredState: 'shutdown', exitCode: 0, atMs: START + 4500, container: sick })],
    });
    expect(codes(observed)).toEqual(['healthcheck-failing', 'exits-0-not-restarted']);
  });
});

describe('exit 0', () => {
  const ended = task({ state: 'complete', desiredState: 'shutdown', exitCode: 0 });

  test('is final under on-failure, unless a successor is on its way', () => {
    expect(codes(service({ restartCondition: 'on-failure', tasks: [ended] }))).toEqual(['exits-0-not-restarted']);
    const successor = task({ id: 't2', state: 'starting', createdAtMs: ended.createdAtMs + 10 });
    expect(codes(service({ restartCondition: 'on-failure', tasks: [ended, successor] }))).toEqual([]);
  });

  test('is what a job is for', () => {
    expect(codes(service({ mode: 'job', restartCondition: 'on-failure', tasks: [ended] }))).toEqual([]);
  });
});

describe('memory', () => {
  test('a kill for memory is named instead of the exits it causes', () => {
    const killed = container({ oomAtMs: START + 450, diedAtMs: START + 480, exitCode: 137 });
    const tasks = [exit(137, 500, { container: killed }), exit(137, 6000), exit(137, 11_500)];
    expect(codes(service({ tasks }))).toEqual(['oom-killed']);
  });

  test('a killed child of a living program is no failure', () => {
    const living = container({ oomAtMs: START + 450 });
    expect(codes(service({ tasks: [task({ state: 'starting', container: living })] }))).toEqual([]);
  });
});

describe('addresses', () => {
  const waiting = service({ networkIds: ['n1'], tasks: [task({ state: 'new', message: 'created' })] });
  const network = { id: 'n1', name: 'proxy', subnet: '10.9.0.0/28', total: 14, used: 14, free: 0 };

  test('a task that stays new on a full network, with the count', () => {
    const [cause] = detectCauses(observation([waiting], { networks: [network] }));
    expect(cause).toMatchObject({ code: 'address-pool-exhausted', fault: 'infrastructure' });
    expect(cause?.evidence.join()).toContain('14 of 14 addresses used');
  });

  test('a task that stays new with addresses to spare is not guessed at', () => {
    expect(detectCauses(observation([waiting], { networks: [{ ...network, used: 3, free: 11 }] }))).toEqual([]);
  });
});

describe('updates', () => {
  const update = { state: 'rollback_started', message: 'update rolled back', startedAtMs: START + 30 };

  test('the failure leads, the rollback that it caused follows', () => {
    const observed = service({ update, replaced: true, tasks: [exit(3, 600)] });
    const causes = detectCauses(observation([observed], { policy: FINAL_POLICY }));
    expect(causes.map(({ code }) => code)).toEqual(['crash-loop', 'rolled-back']);
  });

  test('a paused update is named even when the old tasks serve well', () => {
    expect(codes(service({ running: 1, update: { ...update, state: 'paused' } }))).toEqual(['update-paused']);
  });
});

describe('order and restraint', () => {
  test('the first in time leads, whatever the order of the services', () => {
    const at = (name: string, atMs: number) =>
      service({
        service: name,
        serviceId: name,
        tasks: [task({ state: 'rejected', error: 'bind source path does not exist: /a', atMs: START + atMs })],
      });
    const order = fc.uniqueArray(fc.integer({ min: 1, max: 20_000 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(order, (times) => {
        const found = detectCauses(observation(times.map((time) => at(`s${time}`, time))));
        expect(found.map((cause) => cause.service)).toEqual(
          times.toSorted((left, right) => left - right).map((time) => `s${time}`),
        );
      }),
    );
  });

  test('what has healed is no cause', () => {
    const tasks = [exit(1, 500), exit(1, 1000), exit(1, 1500), task({ id: 'ok' })];
    expect(codes(service({ running: 1, tasks }))).toEqual([]);
  });
});

describe('what the docker CLI says', () => {
  test.each([
    ['missing-secret', 'app', 'service app: secret not found: nosuch_v1'],
    ['missing-config', 'app', 'service app: config not found: nosuch_v1'],
    [
      'missing-network',
      '',
      'network "far" is declared as external, but could not be found. You need to create a swarm-scoped network before the stack is deployed',
    ],
    [
      'missing-network',
      '',
      'network "bridge" is declared as external, but it is not in the right scope: "local" instead of "swarm"',
    ],
    [
      'image-name-invalid',
      '',
      'failed to create service st_app: Error response from daemon: rpc error: code = InvalidArgument desc = ContainerSpec: "A/b:1" is not a valid repository/tag',
    ],
    [
      'driver-missing',
      '',
      'failed to create network st_default: Error response from daemon: plugin "nosuch" not found',
    ],
    [
      'config-changed-without-bump',
      '',
      'failed to update config st_conf_v1: Error response from daemon: rpc error: code = InvalidArgument desc = only updates to Labels are allowed',
    ],
    [
      'host-port-taken',
      '',
      "failed to create service st_app: Error response from daemon: rpc error: code = InvalidArgument desc = port '8098' is already in use by service 'hold2' (xyz) as an ingress port",
    ],
    [
      'address-pool-exhausted',
      '',
      'failed to create network st_default: could not find an available, non-overlapping IPv4 address pool among the defaults',
    ],
    [
      'address-pool-exhausted',
      '',
      'failed to create network st_default: Error response from daemon: all predefined address pools have been fully subnetted',
    ],
    [
      'name-too-long',
      '',
      `failed to create config ${'x'.repeat(65)}: Error response from daemon: rpc error: code = InvalidArgument desc = invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]`,
    ],
    [
      'name-too-long',
      '',
      `failed to create service ${'x'.repeat(64)}: Error response from daemon: rpc error: code = InvalidArgument desc = name must be 63 characters or fewer`,
    ],
    [
      'stack-refused',
      '',
      'failed to create secret a%: Error response from daemon: rpc error: code = InvalidArgument desc = invalid name, only 64 [a-zA-Z0-9-_.] characters allowed',
    ],
    ['stack-refused', '', 'services.app Additional property foo is not allowed'],
  ])('%s', (code, service, message) => {
    expect(causeOfRefusal(`Creating network st_default\n${message}\n`, new Date())).toMatchObject({ code, service });
  });
});
