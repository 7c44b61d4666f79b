import { startDeadline } from '../base/deadline.ts';
import { CodedError } from '../base/errors.ts';
import { formatMs } from '../base/text.ts';
import { createDemultiplexer } from './demux.ts';
import type { Transport } from './engine-http.ts';
import type { ExecResult } from './types.ts';

export interface ExecOptions {
  readonly stdin?: string | Uint8Array | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
  /** Upper bound in milliseconds, 60 s unless given. At time-out the connection is cut; the process ends with its container. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes kept of each stream, 16 MiB unless given; more is `E_EXEC_OUTPUT`, never a silent cut. */
  readonly maxBytes?: number | undefined;
}

/**
 * Runs a program in a running container. An exit code, zero or not, is a result; that the program could not be started,
 * or did not end in time, is an error (`E_EXEC`, `E_EXEC_TIMEOUT`).
 */
export async function execInContainer(
  transport: Transport,
  containerId: string,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const started = performance.now();
  using deadline = startDeadline(options.timeoutMs ?? 60_000, options.signal);
  const { signal } = deadline;
  try {
    const { Id: id } = await transport.json<{ readonly Id: string }>('POST', `/containers/${containerId}/exec`, {
      signal,
      body: {
        AttachStdin: options.stdin !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
        Cmd: argv,
        Env: Object.entries(options.env ?? {}).map(([key, value]) => `${key}=${value}`),
        ...(options.user === undefined ? {} : { User: options.user }),
        ...(options.workingDir === undefined ? {} : { WorkingDir: options.workingDir }),
      },
    });
    const output = await attach(transport, id, options, signal);
    const { ExitCode: exitCode } = await transport.json<{ readonly ExitCode: number | null }>(
      'GET',
      `/exec/${id}/json`,
      { signal },
    );
    const text = output.stdout.toString();
    // The runtime reports a program it cannot start through the stream and one of these two codes.
    if (exitCode === null || ((exitCode === 126 || exitCode === 127) && text.startsWith('OCI runtime exec failed'))) {
      throw execError('E_EXEC', argv, text.trim().replace(/^OCI runtime exec failed: /, '') || 'it has no exit code');
    }
    return { exitCode, stdout: text, stderr: output.stderr.toString(), ms: performance.now() - started };
  } catch (error: unknown) {
    if (!deadline.expired()) throw error;
    throw execError('E_EXEC_TIMEOUT', argv, `not done within ${formatMs(options.timeoutMs ?? 60_000)}`);
  }
}

async function attach(
  transport: Transport,
  id: string,
  options: ExecOptions,
  signal: AbortSignal,
): Promise<Record<'stdout' | 'stderr', Buffer>> {
  const { socket, head } = await transport.hijack(`/exec/${id}/start`, { body: { Detach: false, Tty: false }, signal });
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const limit = options.maxBytes ?? 16 * 1024 * 1024;
  let kept = 0;
  const feed = createDemultiplexer((stream, data) => {
    kept += data.length;
    if (kept > limit) {
      socket.destroy(execError('E_EXEC_OUTPUT', [], `it wrote more than ${limit} bytes`));
      return;
    }
    chunks[stream].push(Buffer.from(data));
  });
  const onAbort = () => socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('end', resolve);
      socket.once('close', resolve);
      feed(head);
      socket.on('data', feed);
      if (signal.aborted) onAbort();
      else if (options.stdin !== undefined) socket.end(options.stdin);
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
  return { stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr) };
}

function execError(code: string, argv: readonly string[], why: string): CodedError {
  return new CodedError({
    code,
    message: `cannot run ${JSON.stringify(argv[0] ?? 'the program')} in the container: ${why}`,
    fault: 'recipe',
    evidence: [why],
  });
}
