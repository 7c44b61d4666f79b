import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { type Bench, openBench } from './support/cc-ci.ts';
import { type FaultySocket, openFaultySocket } from './support/faulty-socket.ts';

let bench: Bench;
let socket: FaultySocket;

beforeEach(async () => {
  bench = await openBench();
  socket = await openFaultySocket(bench.engine.socket);
});
afterEach(async () => {
  socket.heal();
  await socket[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

// Silence takes its 15 s for the wait and as long for the teardown.
const faults = process.env['CC_CI_FULL'] === '1' ? (['gone', 'silent'] as const) : (['gone'] as const);

test.each(faults)(
  'an Engine that is %s in the middle of a wait: one error that names the socket, the rest for the janitor',
  async (how) => {
    const env = { DOCKER_HOST: `unix://${socket.path}` };
    const run = bench.start(['test', '--json', bench.example('static-site'), '--tiers', 'install'], env);
    const runId = await bench.event(({ event, name }) => event === 'begin' && name === 'converge');
    socket.fail(how);
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode, stderr).toBe(EXIT.error);
    const results = JSON.parse(stdout) as { readonly sentence: string; readonly findings: { readonly code: string }[] };
    expect(results).toMatchObject({ verdict: 'error', fault: 'infrastructure' });
    expect(results.sentence).toContain(`install: no Docker Engine answers on ${socket.path}`);
    expect(results.findings[0]).toMatchObject({ code: 'engine-not-answering', fault: 'infrastructure' });
    const cleaned = await bench.run(['clean', '--json']);
    expect(JSON.parse(cleaned.stdout)).toMatchObject({ cleaned: [{ runId, residue: [] }] });
    expect(await bench.leftovers()).toEqual([]);
  },
);

test('an Engine that is not there at the start: the same error, and nothing was begun', async () => {
  socket.fail('gone');
  const { exitCode, stderr } = await bench.start(['test', bench.example('static-site')], {
    DOCKER_HOST: `unix://${socket.path}`,
  }).ended;
  expect(exitCode).toBe(EXIT.error);
  expect(stderr).toContain(`no Docker Engine answers on ${socket.path}`);
});
