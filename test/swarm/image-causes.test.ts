import { describe, expect, test } from 'vitest';
import { detectCauses } from '../../src/swarm/causes/registry.ts';
import type { ObservedService } from '../../src/swarm/observation.ts';
import { REGISTRY_WORDS, type RegistryAnswer } from '../../src/swarm/registry-answer.ts';
import { container, exit, observation, START, service, task } from './support.ts';

const codes = (...services: readonly ObservedService[]) => detectCauses(observation(services)).map(({ code }) => code);

const rejected = (error: string) =>
  service({ tasks: [task({ state: 'rejected', desiredState: 'shutdown', message: 'preparing', error })] });

describe('an image that the Swarm does not find', () => {
  const missing = rejected('No such image: r.example/a:1');
  const refused = (answer: RegistryAnswer) => ({ ...missing, imageAnswer: { state: 'refused', answer } as const });

  test('is not explained before the registry has been asked', () => {
    expect(codes({ ...missing, imageAnswer: { state: 'asking' } })).toEqual([]);
  });

  test('has the cause that the registry tells, dated by the rejection, both as evidence', () => {
    const [cause] = detectCauses(observation([refused('missing')]));
    expect(cause).toMatchObject({ code: 'image-not-found', fault: 'recipe', service: 'app' });
    expect(cause?.sentence).toBe('app: the image r.example/a:1 does not exist in its registry');
    expect(cause?.evidence).toEqual([REGISTRY_WORDS.missing, 'No such image: r.example/a:1']);
    expect(cause?.firstSignal).toBe(new Date(START + 900).toISOString());
    expect(codes(refused('limited'))).toEqual(['pull-rate-limited']);
    expect(codes(refused('other'))).toEqual(['image-pull-failed']);
  });

  test('and that the registry has after all may come with the next attempt', () => {
    const task = missing.tasks.slice(0, 1);
    const there = { ...missing, imageAnswer: { state: 'there' } as const };
    expect(codes(there)).toEqual([]);
    expect(codes({ ...there, tasks: [...task, ...task, ...task] })).toEqual(['image-pull-failed']);
  });
});

describe('a program that the kernel refuses', () => {
  const tasks = [1, 2].map((at) =>
    exit(1, at * 500, { container: container({ lastLines: ['exec /program: exec format error'] }) }),
  );

  test('is for other processors where its image is', () => {
    const platform = { imageFor: 'arm64', hostArchitecture: 'amd64' };
    expect(codes(service({ tasks, platform }))).toEqual(['wrong-architecture']);
  });

  test('is something else, a script without its first line say, where the image is for this host', () => {
    const platform = { imageFor: 'amd64', hostArchitecture: 'amd64' };
    expect(codes(service({ tasks, platform }))).toEqual(['crash-loop']);
    expect(codes(service({ tasks }))).toEqual(['crash-loop']);
  });
});

describe('a health check that cannot run', () => {
  const running = (...outputs: readonly string[]) =>
    service({
      hasHealthcheck: true,
      tasks: [
        task({
          state: 'starting',
          container: container({ probes: outputs.map((output) => `health check (exit 127): ${output}`) }),
        }),
      ],
    });

  test.each([
    ['/bin/sh: 1: curl: not found', 'curl'],
    ['/bin/sh: curl: not found', 'curl'],
    ['bash: line 1: wget: command not found', 'wget'],
    ['/bin/sh: exec: line 0: nosuch: not found', 'nosuch'],
    [
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "pg_isready": executable file not found in $PATH: unknown',
      'pg_isready',
    ],
    ['OCI runtime exec failed: exec failed: exec: "/bin/sh": stat /bin/sh: no such file or directory', '/bin/sh'],
  ])('%s', (output, command) => {
    const [cause, ...others] = detectCauses(observation([running(output, output)]));
    expect(others).toEqual([]);
    expect(cause).toMatchObject({ code: 'health-command-missing', fault: 'recipe' });
    expect(cause?.sentence).toBe(`app: the health check cannot run: the image has no ${command}`);
  });

  test('is said after two probes, and instead of the failing check', () => {
    expect(codes(running('/bin/sh: curl: not found'))).toEqual([]);
    const [sick] = running('/bin/sh: curl: not found').tasks;
    const unhealthy = { ...container(), ...sick?.container, unhealthyAtMs: START + 4000 };
    expect(
      codes(service({ hasHealthcheck: true, tasks: [task({ container: unhealthy, state: 'starting' })] })),
    ).toEqual(['health-command-missing']);
  });

  test('is not the reason where another program was called in its place and failed', () => {
    const output = '/bin/sh: curl: not found\nwget: server returned error: HTTP/1.1 500';
    expect(codes(running(output, output))).toEqual([]);
    expect(codes(running('file not found', 'file not found'))).toEqual([]);
  });
});
