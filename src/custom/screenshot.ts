import { join } from 'node:path';
import { INSIDE, type ScreenshotOrder, type ScreenshotRecord, type Shot } from '../../kit/protocol.ts';
import { startDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { openGateway } from './gateway.ts';
import { tooMuchMemory } from './inside.ts';
import { openMemoryBound } from './memory-bound.ts';
import { isBlankPng } from './png.ts';
import { launchSandbox, type Sandbox, sandboxArgv } from './sandbox.ts';
import { stageSandbox } from './staging.ts';
import type { TestTarget } from './types.ts';

/** Whose pages a prepared browser may open. */
export type BrowserTarget = Pick<TestTarget, 'runId' | 'domain' | 'hosts' | 'address' | 'httpsPort' | 'authorityFile'>;

/** A photograph that was kept, or why there is none. */
export type Screenshot =
  | { readonly file: string; readonly bytes: number; readonly blank: boolean; readonly title: string }
  | { readonly error: string };

export interface ScreenshotOptions {
  /** Below the domain, such as `/`. */
  readonly path: string;
  /** Values of the run's secrets: a page that shows one is not kept. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** A Chromium in a sandbox of its own. Disposal ends it. */
export interface PreparedBrowser extends AsyncDisposable {
  /** Photographs a page of the run (1280 × 800) into a file; a blank one is taken up to twice more. Never throws. */
  take(outFile: string, options: ScreenshotOptions): Promise<Screenshot>;
}

const LOAD_MS = 15_000;
const QUIET_MS = 3000;
const TAKE_MS = 60_000;
/** A shorter value would be found on any page by chance. */
const SHORTEST_SECRET = 6;

/**
 * Starts Chromium in the background, in a sandbox that reaches nothing but the run's host names. Returns at once: the
 * start takes 1 to 2 s, and whatever goes wrong with it is said by `take`.
 * The router has to answer TLS for the domain by now; the app itself may come later.
 */
export function prepareBrowser(target: BrowserTarget): PreparedBrowser {
  const ending = new AbortController();
  const stop = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve(), { once: true }));
  let ready: (camera: Camera) => void = () => undefined;
  const camera = new Promise<Camera>((resolve) => {
    ready = resolve;
  });
  const life = liveBrowser(target, ready, stop).catch((error: unknown) => ready(() => Promise.reject(error)));
  return {
    async take(outFile, options) {
      using deadline = startDeadline(TAKE_MS, options.signal);
      const aborted = new Promise<never>((_, reject) => {
        const fail = () => reject(new Error(messageOf(deadline.signal.reason)));
        if (deadline.signal.aborted) fail();
        deadline.signal.addEventListener('abort', fail, { once: true });
      });
      try {
        const shot = await Promise.race([camera.then((take) => bestShot(take, target.domain, options.path)), aborted]);
        return await keepShot(shot, outFile, options.secrets);
      } catch (error: unknown) {
        return { error: messageOf(error) };
      }
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await life;
    },
  };
}

/** Photographs one page with a browser of its own; see `prepareBrowser` to save its start. */
export async function takeScreenshot(
  target: BrowserTarget,
  outFile: string,
  options: ScreenshotOptions,
): Promise<Screenshot> {
  await using browser = prepareBrowser(target);
  return await browser.take(outFile, options);
}

type Camera = (order: ScreenshotOrder) => Promise<Shot>;

async function liveBrowser(target: BrowserTarget, ready: (camera: Camera) => void, stop: Promise<void>): Promise<void> {
  const { runId, hosts, domain } = target;
  await using staging = await stageSandbox({ runId, testsDir: undefined, hosts });
  const gatewaySocket = join(staging.path, 'run', INSIDE.gateway.slice('/run/cc-ci/'.length));
  await using _gateway = await openGateway(
    gatewaySocket,
    { ...target, tcpPorts: [] },
    { certificate: staging.certificate, published: async () => [] },
  );
  const argv = await sandboxArgv(staging.path, 'photographer', 600);
  await using bound = await openMemoryBound(runId);
  await using sandbox = launchSandbox(argv);
  if (sandbox.pid !== undefined) await bound?.take(sandbox.pid);
  sandbox.send({ host: domain });
  const lines = sandbox.lines[Symbol.asyncIterator]();
  const started = nextRecord(lines, sandbox);
  ready(async (order) => {
    const first = await started;
    if (first.type !== 'ready') throw new Error(first.type === 'error' ? first.message : 'the browser did not start');
    sandbox.send(order);
    const record = await nextRecord(lines, sandbox);
    if (record.type === 'shot') return record;
    if ((await bound?.exceeded()) === true) throw new Error(`no picture: ${tooMuchMemory()}`);
    throw new Error(record.type === 'error' ? record.message : 'the browser did not answer');
  });
  await stop;
  // A start that nobody waited for may fail now that the sandbox goes.
  started.catch(() => undefined);
}

async function nextRecord(lines: AsyncIterator<string>, sandbox: Sandbox): Promise<ScreenshotRecord> {
  const line = await lines.next();
  if (line.done !== true) return JSON.parse(line.value) as ScreenshotRecord;
  const { stderr } = await sandbox.ended;
  throw new Error(`the browser's sandbox ended: ${stderr.trim().split('\n').slice(-3).join(' ')}`);
}

/** Takes a page up to three times while it is blank, and gives the largest. */
async function bestShot(take: Camera, domain: string, path: string): Promise<Shot> {
  const order = { url: new URL(path, `https://${domain}`).href, loadMs: LOAD_MS, quietMs: QUIET_MS };
  let best = await take(order);
  for (let retry = 0; retry < 2 && isBlankPng(Buffer.from(best.png, 'base64')); retry += 1) {
    const next = await take(order);
    // Signs of credentials count wherever they were seen, so the shots' texts are kept together.
    const kept = next.png.length > best.png.length ? next : best;
    best = {
      ...kept,
      text: `${best.text}\n${next.text}`,
      filledPassword: best.filledPassword || next.filledPassword,
    };
  }
  return best;
}

/** Writes a photograph into a file, unless the page shows credentials. */
export async function keepShot(shot: Shot, outFile: string, secrets: readonly string[]): Promise<Screenshot> {
  const reason = credentialsOn(shot, secrets);
  if (reason !== undefined) return { error: `not kept: ${reason}` };
  const png = Buffer.from(shot.png, 'base64');
  await writeFileAtomic(outFile, png);
  return { file: outFile, bytes: png.length, blank: isBlankPng(png), title: shot.title };
}

/** Why a page counts as one that shows credentials; undefined when it does not. Pure. */
export function credentialsOn(
  shot: Pick<Shot, 'text' | 'title' | 'filledPassword'>,
  secrets: readonly string[],
): string | undefined {
  if (shot.filledPassword) return 'the page has a filled password field';
  const text = `${shot.title}\n${shot.text}`;
  const shown = secrets.some((secret) => secret.length >= SHORTEST_SECRET && text.includes(secret));
  return shown ? "the page shows one of the run's secrets" : undefined;
}
