import { CodedError } from '../../base/errors.ts';
import { type ProcessResult, runProcess } from '../../base/process.ts';

/** How one git command is run. */
export interface GitOptions {
  readonly cwd?: string | undefined;
  readonly gitDir?: string | undefined;
  readonly workTree?: string | undefined;
  readonly indexFile?: string | undefined;
  /** The one repository that may belong to another user. */
  readonly safeDirectory?: string | undefined;
  /** Transports that may be used; none by default. */
  readonly protocols?: readonly string[] | undefined;
  /** A program that prints the contents of `file`: asked where a remote wants a password. Without it nobody is. */
  readonly password?: { readonly program: string; readonly file: string } | undefined;
  readonly timeoutMs?: number | undefined;
  /** Bytes of its output that are read; git is ended by more. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What reaching a remote may need of our own environment: keys, authorities, proxies. */
const PASSED_ON = [
  'HOME',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'HTTPS_PROXY',
  'https_proxy',
  'ALL_PROXY',
  'all_proxy',
  'NO_PROXY',
  'no_proxy',
];
const LOCAL_TIMEOUT_MS = 60_000;

/**
 * The whole environment of a git of ours: no system or user configuration, no hooks, no monitor program, no prompts, no
 * transport unless named.
 */
export function gitEnvironment(options: GitOptions): Record<string, string> {
  const settings: (readonly [string, string])[] = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.attributesFile', '/dev/null'],
    ['core.excludesFile', '/dev/null'],
    ['credential.helper', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['advice.detachedHead', 'false'],
    // Somebody else's address is not to be given what is meant for this one.
    ...(options.password === undefined ? [] : [['http.followRedirects', 'false'] as const]),
    ...(options.safeDirectory === undefined ? [] : [['safe.directory', options.safeDirectory] as const]),
  ];
  const given = {
    GIT_DIR: options.gitDir,
    GIT_WORK_TREE: options.workTree,
    GIT_INDEX_FILE: options.indexFile,
    CC_CI_PASSWORD_FILE: options.password?.file,
    ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
  };
  return {
    ...Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: options.password?.program ?? '/bin/false',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oStrictHostKeyChecking=yes',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOW_PROTOCOL: (options.protocols ?? ['none']).join(':'),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

/** Runs git in that environment; it searches for no repository above the directory it is given. */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<ProcessResult> {
  return runProcess(['git', ...args], {
    cwd: options.cwd,
    cleanEnv: true,
    env: gitEnvironment(options),
    timeoutMs: options.timeoutMs ?? LOCAL_TIMEOUT_MS,
    signal: options.signal,
    maxBytes: options.maxBytes,
  });
}

/** Runs git and returns its standard output; a failure is `E_GIT` with git's own last words. */
export async function mustGit(args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await runGit(args, options);
  if (result.exitCode === 0) return result.stdout;
  options.signal?.throwIfAborted();
  throw gitError(args, result);
}

/** What git said as it failed. */
export function gitError(args: readonly string[], result: ProcessResult): CodedError {
  const how = result.startError ?? (result.timedOut ? 'took too long' : `ended with ${result.exitCode ?? 'a signal'}`);
  return new CodedError({
    code: 'E_GIT',
    message: `git ${args[0] ?? ''} ${how}`,
    fault: 'infrastructure',
    evidence: result.stderr.trim().split('\n').slice(-6),
  });
}
