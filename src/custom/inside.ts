import type { TestOrder, TestRecord } from '../../kit/protocol.ts';
import { startDeadline } from '../base/deadline.ts';
import { openMemoryBound, SANDBOX_MEMORY_BYTES } from './memory-bound.ts';
import { type Launch, launchSandbox, type SandboxEnd, sandboxArgv } from './sandbox.ts';
import type { TestFile, TestTarget } from './types.ts';

export type Ending = 'done' | 'crashed' | 'timeout' | 'cancelled';

/** What was said inside, and how it ended. */
export interface Inside {
  readonly records: readonly Exclude<TestRecord, { type: 'started' | 'end' }>[];
  readonly end: SandboxEnd;
  readonly ending: Ending;
  /** Why nothing of it counts, where the kernel has ended something for want of memory. */
  readonly memory: string | undefined;
}

export interface InsideOptions {
  readonly files: readonly TestFile[];
  /** Milliseconds for all files together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** How the sandbox is started; given only where a test weakens it on purpose. */
  readonly launch?: Launch;
  /** What it may use of memory, where that is not the usual. */
  readonly memoryBytes?: number;
}

/** Time for the sandbox itself to start and to say its last word, on top of the files' own. */
const GRACE_MS = 10_000;

/** Runs files in a sandbox over a staged directory, one after the other, and collects what each said. */
export async function runInside(staging: string, target: TestTarget, options: InsideOptions): Promise<Inside> {
  const { runId, recipe, stackName, domain, version, hosts, tcpPorts, env, deps, dependent } = target;
  const order: TestOrder = {
    target: { runId, recipe, stackName, domain, version, hosts, tcpPorts, env, deps, dependent },
    files: options.files,
    timeoutMs: options.timeoutMs,
  };
  const argv = await sandboxArgv(staging, 'sandbox-init', Math.ceil(options.timeoutMs / 1000) + 30);
  const memoryBytes = options.memoryBytes ?? SANDBOX_MEMORY_BYTES;
  await using bound = await openMemoryBound(runId, memoryBytes);
  using deadline = startDeadline(options.timeoutMs + GRACE_MS, options.signal);
  await using sandbox = (options.launch ?? launchSandbox)(argv);
  const kill = () => sandbox.kill();
  if (deadline.signal.aborted) kill();
  deadline.signal.addEventListener('abort', kill, { once: true });
  if (sandbox.pid !== undefined) await bound?.take(sandbox.pid);
  sandbox.send(order);
  const records: Inside['records'][number][] = [];
  let done = false;
  for await (const line of sandbox.lines) {
    const record = parseRecord(line);
    if (record?.type === 'file') records.push(record);
    if (record?.type === 'end') done = true;
  }
  const end = await sandbox.ended;
  const stopped = deadline.expired() ? 'timeout' : options.signal.aborted ? 'cancelled' : undefined;
  const memory = (await bound?.exceeded()) === true ? tooMuchMemory(memoryBytes) : undefined;
  return { records, end, ending: done ? 'done' : (stopped ?? 'crashed'), memory };
}

/** What is said of a sandbox that needs more memory than it may have. */
export function tooMuchMemory(bytes = SANDBOX_MEMORY_BYTES): string {
  return `it used more than the ${Math.round(bytes / 1024 / 1024)} MiB of memory that the sandbox has, its temporary files included`;
}

/** A line that is no record came from something else inside and says nothing. */
function parseRecord(line: string): TestRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as TestRecord) : undefined;
  } catch {
    return undefined;
  }
}
