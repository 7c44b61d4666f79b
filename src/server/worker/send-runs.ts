import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { delay, startDeadline } from '../../base/deadline.ts';
import { messageOf } from '../../base/errors.ts';
import { isRunId } from '../../base/ids.ts';
import { readSecretFile } from '../../config/secret-file.ts';
import { runDirectory } from '../../run/run-directory.ts';
import { type UploadTarget, uploadRun } from '../artifacts/upload.ts';
import { startLoop } from '../loop.ts';
import type { WorkerContext } from '../server.ts';

/** Sends what runs left to a server on another host; does nothing where the settings name no token for it. */
export interface RunSender {
  /**
   * Sends one run, and returns when it is there or when that takes too long: its request is not held up by a server that
   * does not answer, and what is unsent is sent later, also by another worker of this host after a restart.
   */
  readonly send: (runId: string, signal: AbortSignal) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const PATIENCE_MS = 60_000;
const PAUSE_MS = 5000;
const UNSENT_MS = 60_000;

/** Begins with what earlier workers of this host have left unsent. */
export function sendRuns({ settings, config, paths, log }: WorkerContext): RunSender {
  const given = settings.worker.uploadTokenFile;
  if (given === undefined) return { send: async () => undefined, stop: async () => undefined };
  const place = { given, key: 'worker.uploadTokenFile', configDirectory: config.directory };
  const target: UploadTarget = { publicUrl: settings.publicUrl, token: () => readSecretFile(place) };
  // One empty file for each run that is not there yet.
  const unsent = join(paths.state, 'unsent');
  const sendOne = async (runId: string, signal: AbortSignal) => {
    const directory = runDirectory(paths, runId).root;
    const gone = (await stat(directory).catch(() => undefined)) === undefined;
    const sent = gone ? 'unwanted' : await uploadRun(target, { runId, directory, signal });
    if (sent === 'unwanted') log(`run ${runId}: the server does not want what it left any more`);
    await rm(join(unsent, runId), { force: true });
  };
  const loop = startLoop({
    name: 'unsent runs',
    everyMs: UNSENT_MS,
    log,
    async round(signal) {
      const names = await readdir(unsent).catch((): string[] => []);
      for (const runId of names.filter(isRunId)) await sendOne(runId, signal);
    },
  });
  return {
    async send(runId, signal) {
      await mkdir(unsent, { recursive: true });
      await writeFile(join(unsent, runId), '');
      using deadline = startDeadline(PATIENCE_MS, signal);
      let problem: string | undefined;
      while (!deadline.signal.aborted) {
        try {
          return await sendOne(runId, deadline.signal);
        } catch (error: unknown) {
          problem ??= messageOf(error);
          await delay(PAUSE_MS, deadline.signal).catch(() => undefined);
        }
      }
      if (problem !== undefined) log(`run ${runId}: ${problem}; it is tried again later`);
      loop.wake();
    },
    stop: () => loop.stop(),
  };
}
