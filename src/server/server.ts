import { formatError } from '../base/errors.ts';
import type { StatePaths } from '../config/paths.ts';
import type { ConfigPaths, ServerSettings } from '../config/server.ts';
import { OUTBOX_CHANNEL } from '../forge/outbox/say.ts';
import { sendDue } from '../forge/outbox/send.ts';
import { tellRequest } from '../forge/outbox/tell.ts';
import { takeBackExpired } from '../queue/requests.ts';
import { buryWorkers } from '../queue/workers.ts';
import { openStore, type Store } from '../store/store.ts';
import { startWeb } from '../web/listen.ts';
import { takeUploads } from './artifacts/uploads.ts';
import { readConfiguration, readList } from './configuration.ts';
import { guardDatabase } from './database.ts';
import { readDiskSpace } from './disk-space.ts';
import { listenTo } from './listening.ts';
import { type Loop, startLoop } from './loop.ts';
import { forgetOwnLogs } from './own/own-log.ts';
import { keepOwnSecrets } from './own-secrets.ts';
import { askOneAtATime, lookAtReadiness } from './readiness.ts';
import { removeOldRuns } from './retention.ts';
import { makeRoutes } from './routes.ts';
import { runsOf } from './runs.ts';
import { lockServer } from './server-lock.ts';
import { storeHome } from './store-home.ts';
import { watchDirectory } from './watch-directory.ts';
import { startWatching, type Watching } from './watching.ts';

/** What a worker in the same process is started with. */
export interface WorkerContext {
  readonly store: Store;
  readonly settings: ServerSettings;
  readonly config: ConfigPaths;
  readonly paths: StatePaths;
  readonly log: (line: string) => void;
}

export interface ServerOptions {
  readonly config: ConfigPaths;
  readonly paths: StatePaths;
  /** Undefined where no runs are made: workers run elsewhere. */
  readonly startWorker: ((context: WorkerContext) => Promise<{ stop(): Promise<void> }>) | undefined;
  readonly log: (line: string) => void;
}

export interface Server {
  /** Where it listens. */
  readonly url: string;
  /** Reads settings and enrolment anew. Where they are wrong that is logged, and what was there before goes on. */
  reload(): Promise<void>;
  /** Ends it in order: nothing new is taken in, what goes on is finished or handed back, the database goes last. */
  stop(): Promise<void>;
}

const SEND_MS = 2000;
const LEASES_MS = 5000;
const LIST_MS = 60_000;
const RETENTION_MS = 3_600_000;
/** A worker that has sent nothing more of a run for so long will not send the rest. */
const UPLOAD_MS = 24 * 3_600_000;

/**
 * Starts the server. What only the operator can put right (settings, list, address, database) is an error; a forge that
 * does not answer is not.
 */
export async function startServer({ config, paths, startWorker, log: say }: ServerOptions): Promise<Server> {
  const configuration = await readConfiguration(config);
  let { settings, list } = configuration;
  const ownSecrets = keepOwnSecrets();
  const { masker, learn } = ownSecrets;
  learn([...configuration.secrets, process.env['DATABASE_URL'] ?? '']);
  const log = (line: string) => say(masker.mask(line));
  await using parts = new AsyncDisposableStack();
  parts.use(await lockServer(paths));
  const home = await storeHome(settings, config, paths);
  const store = await openStore(home);
  // A private PostgreSQL ends with a server that ends in order; it outlives one that is killed, and is taken over.
  parts.defer(() => store.cluster?.stop());
  parts.use(store);

  const ending = new AbortController();
  const watch = () =>
    startWatching({
      db: store.db,
      settings,
      config,
      paths,
      recipes: list.recipes,
      signal: ending.signal,
      log,
      ownSecrets,
    });
  let watching: Watching = watch();
  parts.defer(() => watching.stop());

  const takeList = async () => {
    const next = await readList(config, settings);
    if (JSON.stringify(next.recipes) === JSON.stringify(list.recipes)) return;
    list = next;
    watching.enrolment.replace(list.recipes);
    for (const loop of watching.loops) loop.wake();
    log(`enrolment: ${list.recipes.map(({ recipe }) => recipe).join(', ') || 'nothing'}`);
  };
  const uploads = takeUploads(store, paths, config, () => settings);
  const forgetRuns = async () => {
    const removed = await removeOldRuns(store.db, paths, settings.runDays);
    if (removed.length > 0) log(`old runs: removed ${removed.join(', ')}`);
    await forgetOwnLogs(paths, Date.now() - settings.runDays * 24 * 3_600_000);
    const forgotten = await uploads.receiver.forget(Date.now() - UPLOAD_MS);
    if (forgotten.length > 0) log(`half-sent runs: removed ${forgotten.join(', ')}`);
  };
  const runs = runsOf(paths, () => settings.publicUrl);
  const outbox = startLoop({
    name: 'outbox',
    everyMs: SEND_MS,
    log,
    async round(signal) {
      await sendDue({ db: store.db, mailbox: (...of) => watching.mailbox(...of), runs, signal });
    },
  });
  const leases = startLoop({ name: 'leases', everyMs: LEASES_MS, log, round: () => endLostLeases(store, log) });
  const retention = startLoop({ name: 'old runs', everyMs: RETENTION_MS, log, round: forgetRuns });
  const enrolment = startLoop({ name: 'list of recipes', everyMs: LIST_MS, log, round: takeList });
  const loops: readonly Loop[] = [outbox, leases, enrolment, retention];
  for (const loop of [guardDatabase(store, home, log), ...loops]) parts.defer(() => loop.stop());
  const notified = listenTo(store, OUTBOX_CHANNEL, () => outbox.wake(), log);
  parts.defer(() => notified.stop());
  parts.use(watchDirectory(config.directory, () => enrolment.wake()));

  const routes = makeRoutes({
    store,
    paths,
    watching: () => watching,
    mask: (text) => masker.mask(text),
    recipes: () => list.recipes.map(({ recipe }) => recipe),
    uploads,
    readiness: askOneAtATime(async () =>
      masker.maskDeep(
        await lookAtReadiness({
          db: store.db,
          loops: [...loops, ...watching.loops],
          problems: watching.enrolment.problems(),
          notes: watching.notes(),
          disk: () => readDiskSpace(paths.state),
        }),
      ),
    ),
  });
  const web = await startWeb({ listen: settings.listen, routes, log });
  parts.defer(() => web.stop());
  const worker = await startWorker?.({ store, settings, config, paths, log });
  const running = parts.move();
  return {
    url: web.url,
    async reload() {
      try {
        const next = await readConfiguration(config);
        warnOfRestart(settings, next.settings, log);
        await watching.stop();
        learn(next.secrets);
        ({ settings, list } = next);
        watching = watch();
        log('settings and enrolment were read again');
      } catch (error: unknown) {
        log(`settings were not taken, what was there before goes on: ${formatError(error)}`);
      }
    },
    async stop() {
      // What its runs have to say can still go out.
      await worker?.stop();
      const quiet = watching.stop();
      ending.abort(new Error('the server ends'));
      await quiet;
      await running.disposeAsync();
    },
  };
}

/** Takes back what lost workers had, and declares dead who has not been seen. */
async function endLostLeases({ db }: Store, log: (line: string) => void): Promise<void> {
  for (const { requestId, next } of await takeBackExpired(db, tellRequest))
    log(`request ${requestId}: its worker was lost; ${next}`);
  for (const id of await buryWorkers(db)) log(`worker ${id}: not seen any more, declared dead`);
}

/** These are read once. */
function warnOfRestart(before: ServerSettings, now: ServerSettings, log: (line: string) => void): void {
  for (const key of ['listen', 'worker', 'databaseUrlFile'] as const) {
    if (JSON.stringify(before[key]) !== JSON.stringify(now[key])) log(`${key}: takes effect at the next start`);
  }
}
