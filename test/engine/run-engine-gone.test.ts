import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { RunResults } from '../../src/results/schema.ts';
import { drawsAll } from '../support/draw.ts';
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

// Silence takes its 15 s.
const faults = drawsAll() ? (['gone', 'silent'] as const) : (['gone'] as const);

describe.each(faults)('an Engine that is %s in the middle of a wait', (how) => {
  test('ends the run with one error that names the socket, and the app is removed once the Engine is back', async () => {
    const env = { DOCKER_HOST: `unix://${socket.path}` };
    const run = bench.start(['test', '--json', bench.example('static-site'), '--tiers', 'install'], env);
    const said = saying(run.child, '[engine-not-answering]');
    await bench.event(({ event, name }) => event === 'begin' && name === 'converge');
    socket.fail(how);
    expect(await said).toContain(socket.path);
    socket.heal();
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode, stderr).toBe(EXIT.error);
    const results = RunResults.parse(JSON.parse(stdout));
    expect(results).toMatchObject({ verdict: 'error', fault: 'infrastructure', residue: [] });
    expect(results.sentence).toContain(socket.path);
    expect(results.findings[0]).toMatchObject({ code: 'engine-not-answering', fault: 'infrastructure' });
    expect(await bench.leftovers()).toEqual([]);
  });
});

test('an Engine that is not there at the start: the same error, and nothing was begun', async () => {
  socket.fail('gone');
  const { exitCode, stderr } = await bench.start(['test', bench.example('static-site')], {
    DOCKER_HOST: `unix://${socket.path}`,
  }).ended;
  expect(exitCode).toBe(EXIT.error);
  expect(stderr).toContain(`no Docker Engine answers on ${socket.path}`);
});

/** The first line on a program's standard error that holds a text; empty when it ends without. */
function saying(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    // Nothing here may pause the stream: the program would never be seen to close it.
    child.stderr?.on('data', (chunk: string) => {
      said += chunk;
      const line = said
        .split('\n')
        .slice(0, -1)
        .find((candidate) => candidate.includes(text));
      if (line !== undefined) resolve(line);
    });
    child.once('close', () => resolve(''));
  });
}
