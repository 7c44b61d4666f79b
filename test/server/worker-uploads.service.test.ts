import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newRunId } from '../../src/base/ids.ts';
import { type StatePaths, statePaths } from '../../src/config/paths.ts';
import { handleUpload } from '../../src/server/artifacts/handle-upload.ts';
import { takeUploads } from '../../src/server/artifacts/uploads.ts';
import type { WorkerContext } from '../../src/server/server.ts';
import { sendRuns } from '../../src/server/worker/send-runs.ts';
import { startWorker } from '../../src/server/worker/start-worker.ts';
import { startWeb, type WebServer } from '../../src/web/listen.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';
import { WITHIN } from '../support/within.ts';
import { openWorkerBench, type WorkerBench } from './support/worker-bench.ts';

let store: TestStore;
let bench: WorkerBench;
let server: WebServer;
/** The server's state; the bench has the worker's, as on another host. */
let there: StatePaths;
let context: WorkerContext;

beforeEach(async () => {
  store = await openTestStore();
  bench = await openWorkerBench(store.store);
  there = statePaths({ CC_CI_STATE: join(bench.config.directory, 'server') });
  await writeFile(join(bench.config.directory, 'upload-token'), 'the-token-of-a-worker\n', { mode: 0o600 });
  const uploads = takeUploads(store.store, there, bench.config, () => ({ uploadTokenFiles: ['upload-token'] }));
  server = await startWeb({
    listen: '127.0.0.1:0',
    routes: { artifacts: (request) => handleUpload(uploads, request) },
    log: (line) => bench.log.push(line),
  });
  const { settings, ...rest } = bench.context();
  const worker = { ...settings.worker, uploadTokenFile: 'upload-token' };
  context = { ...rest, settings: { ...settings, worker, publicUrl: server.url } };
});
afterEach(async () => {
  await server.stop();
  await bench[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

test('what a run on another host left is on the server when its end is told', async () => {
  await bench.behave('green');
  const program = [process.execPath, join(import.meta.dirname, 'support/fake-run.ts')] as const;
  const worker = await startWorker({ ...context, program, cleanUp: async () => undefined });
  try {
    const id = await bench.ask();
    const { run_id } = await bench.reaches(id, { state: 'done', verdict: 'success' });
    const sent = await readFile(join(there.runs, run_id ?? '', 'results.json'), 'utf8');
    expect(sent).toContain('the fake says success');
    expect(await readdir(join(bench.paths.state, 'unsent'))).toEqual([]);
  } finally {
    await worker.stop();
  }
});

test('what was not sent by one worker is sent by the next on that host', async () => {
  const runId = newRunId();
  await mkdir(join(bench.paths.runs, runId), { recursive: true });
  await writeFile(join(bench.paths.runs, runId, 'results.json'), '{}');
  const id = await bench.ask();
  await store.store.db.updateTable('requests').set({ run_id: runId }).where('id', '=', id).execute();
  const away = sendRuns({ ...context, settings: { ...context.settings, publicUrl: 'http://127.0.0.1:9' } });
  await away.send(runId, AbortSignal.abort(new Error('the worker ends')));
  await away.stop();
  expect(await readdir(join(bench.paths.state, 'unsent'))).toEqual([runId]);
  const next = sendRuns(context);
  await vi.waitFor(async () => expect(await readdir(join(bench.paths.state, 'unsent'))).toEqual([]), WITHIN);
  await next.stop();
  expect(await readdir(join(there.runs, runId))).toEqual(['journal.ndjson', 'results.json']);
});
