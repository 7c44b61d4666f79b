import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { delay, startDeadline } from '../../base/deadline.ts';
import { CodedError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { tryLock } from '../../base/lock.ts';
import { type Argv, type ProcessResult, runProcess } from '../../base/process.ts';
import { choosePostgres, findPostgres, type PostgresBinaries } from './binaries.ts';

/** A private PostgreSQL of ours: below the state directory, reached by a unix socket only, never run by root. */
export interface Cluster {
  readonly socketDir: string;
  readonly user: string;
  readonly database: string;
  readonly major: number;
  /** What opening it meant. `adopted`: it was running, because a server of ours was killed and it was not. */
  readonly how: 'created' | 'started' | 'adopted';
  /** Ends it in an orderly way: new connections are refused, open ones are ended, everything is on disk. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Everything of it lies here. */
  readonly directory: string;
  /** Directory for sockets whose path would be too long otherwise. */
  readonly runtimeDir: string;
  /** The account that runs it when we are root. */
  readonly account: Account | undefined;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const USER = 'cc-ci';
/** The one that every new cluster has: nothing is left to be made after it. */
const DATABASE = 'postgres';
/** `sun_path` holds 108 bytes; PostgreSQL adds `/.s.PGSQL.5432`. */
const LONGEST_SOCKET_DIR = 90;
const START_SECONDS = 60;
const ORPHANS_MS = 10_000;
const PAUSE_MS = 200;
/** What `pg_ctl status` ends with for a server that does not run. */
const NOT_RUNNING = 3;

/** Small on purpose: dozens of runs an hour on a host whose memory belongs to the apps. Durability stays as it is by default. */
const CONFIGURATION = (socketDir: string) => `# Written by cc-ci at every start.
listen_addresses = ''
unix_socket_directories = '${socketDir}'
unix_socket_permissions = 0700
port = 5432
max_connections = 40
shared_buffers = 16MB
max_wal_size = 128MB
min_wal_size = 32MB
jit = off
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 1
wal_level = minimal
max_wal_senders = 0
log_destination = 'stderr'
logging_collector = off
log_min_messages = warning
timezone = 'UTC'
`;

/**
 * Opens the private PostgreSQL: makes it the first time, starts it, or takes over one that runs already. Safe to call from
 * several processes at once. `E_POSTGRES_START` quotes what PostgreSQL said.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  // What is above it stays open to the account that runs it.
  await mkdir(dirname(options.directory), { recursive: true });
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await using lock = await tryLock(join(options.directory, 'lock'), { waitMs: (START_SECONDS + 10) * 1000 });
  if (lock === undefined) throw startFailed('another process has been starting it for a minute', []);
  const data = join(options.directory, 'data');
  const dataMajor = await majorOf(data);
  const binaries = choosePostgres(await findPostgres(), dataMajor);
  const programs = programsOf(binaries, options);
  const socketDir = await makeSocketDir(options);
  await own(options.directory, options.account);
  if (dataMajor === undefined) await initialise(programs, data);
  await writeFile(join(data, 'conf.d-cc-ci.conf'), CONFIGURATION(socketDir));
  await own(join(data, 'conf.d-cc-ci.conf'), options.account);
  const runs = await isRunning(programs, data, socketDir);
  if (!runs) await start(programs, data, join(options.directory, 'postgres.log'));
  return {
    socketDir,
    user: USER,
    database: DATABASE,
    major: binaries.major,
    how: dataMajor === undefined ? 'created' : runs ? 'adopted' : 'started',
    async stop() {
      const status = await programs.run('pg_ctl', ['status', '--pgdata', data]);
      if (status.exitCode === NOT_RUNNING) return;
      await programs.must('pg_ctl', ['stop', '--pgdata', data, '--mode', 'fast', '--wait', '--timeout', '30']);
    },
  };
}

/** Whether there is one already, running or not. */
export async function clusterExists({ directory }: ClusterOptions): Promise<boolean> {
  return (await majorOf(join(directory, 'data'))) !== undefined;
}

interface Programs {
  run(name: string, args: readonly string[]): Promise<ProcessResult>;
  must(name: string, args: readonly string[]): Promise<ProcessResult>;
}

/** PostgreSQL's programs, run by the account that owns the data. */
function programsOf({ bin }: PostgresBinaries, { account, directory }: ClusterOptions): Programs {
  const run = (name: string, args: readonly string[]): Promise<ProcessResult> => {
    const program: Argv = [join(bin, name), ...args];
    const argv: Argv =
      account === undefined
        ? program
        : ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', ...program];
    return runProcess(argv, {
      cwd: directory,
      cleanEnv: true,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      timeoutMs: (START_SECONDS + 30) * 1000,
    });
  };
  return {
    run,
    async must(name, args) {
      const result = await run(name, args);
      if (result.exitCode === 0) return result;
      const said = `${result.stderr}${result.stdout}`.trim().split('\n').slice(-6);
      throw startFailed(`${name} ended with ${result.exitCode ?? result.startError ?? 'a signal'}`, said);
    },
  };
}

/** Made beside its place and moved there when whole: what was cut short is begun again. */
async function initialise(programs: Programs, data: string): Promise<void> {
  const unfinished = `${data}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await programs.must('initdb', [
    '--pgdata',
    unfinished,
    '--username',
    USER,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--data-checksums',
    '--no-sync',
  ]);
  const main = join(unfinished, 'postgresql.conf');
  await writeFile(main, `${await readFile(main, 'utf8')}\ninclude = 'conf.d-cc-ci.conf'\n`);
  await programs.must('initdb', ['--pgdata', unfinished, '--sync-only']);
  await rename(unfinished, data);
}

/** Whether it runs and answers. One that was killed this moment is still there and answers nobody: it is waited out. */
async function isRunning(programs: Programs, data: string, socketDir: string): Promise<boolean> {
  using deadline = startDeadline(START_SECONDS * 1000);
  while (!deadline.expired()) {
    const status = await programs.run('pg_ctl', ['status', '--pgdata', data]);
    if (status.exitCode !== 0) return false;
    const ready = await programs.run('pg_isready', ['--host', socketDir, '--username', USER, '--quiet']);
    if (ready.exitCode === 0) return true;
    await delay(PAUSE_MS);
  }
  throw startFailed(`a PostgreSQL runs on its data and did not answer for ${START_SECONDS} s`, []);
}

async function start(programs: Programs, data: string, log: string): Promise<void> {
  const args = ['start', '--pgdata', data, '--log', log, '--wait', '--timeout', String(START_SECONDS), '--silent'];
  using deadline = startDeadline(ORPHANS_MS);
  for (;;) {
    const begun = (await stat(log).catch(() => undefined))?.size ?? 0;
    const result = await programs.run('pg_ctl', args);
    if (result.exitCode === 0) return;
    const said = (await readFile(log).catch(() => Buffer.from(result.stderr))).subarray(begun).toString('utf8');
    // Its processes outlive a postmaster that was killed for a moment, and hold its memory.
    const orphans = said.includes('pre-existing shared memory block');
    if (!orphans || deadline.expired()) {
      throw startFailed('it did not start', said.trim().split('\n').slice(-6));
    }
    await delay(PAUSE_MS);
  }
}

/** The major version that wrote the data; undefined where there is none. */
async function majorOf(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

async function makeSocketDir({ directory, runtimeDir, account }: ClusterOptions): Promise<string> {
  const beside = join(directory, 'socket');
  const path = beside.length <= LONGEST_SOCKET_DIR ? beside : join(runtimeDir, `pg-${shortHash(directory, 12)}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  await own(path, account);
  return path;
}

async function own(path: string, account: Account | undefined): Promise<void> {
  if (account === undefined) return;
  const { uid } = await stat(path);
  if (uid !== account.uid) await chown(path, account.uid, account.gid);
}

function startFailed(message: string, evidence: readonly string[]): CodedError {
  return new CodedError({
    code: 'E_POSTGRES_START',
    message: `the server's PostgreSQL: ${message}`,
    fault: 'infrastructure',
    hint: 'its log is postgres.log beside its data; a PostgreSQL of your own can be given with DATABASE_URL',
    evidence,
  });
}
