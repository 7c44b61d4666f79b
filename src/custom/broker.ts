import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import type { AppAccess } from './app-access.ts';
import { listen } from './gateway.ts';

/** What the broker takes and gives at most. */
export const BROKER_LIMITS = {
  bodyBytes: 1024 * 1024,
  answerBytes: 1024 * 1024,
  execMs: 120_000,
  logLines: 5000,
  attachmentBytes: 16 * 1024 * 1024,
  attachmentsBytes: 64 * 1024 * 1024,
  attachments: 100,
  atOnce: 4,
} as const;

const Exec = z.strictObject({
  service: z.string().max(200),
  argv: z.array(z.string()).min(1).max(256),
  stdin: z.string().optional(),
  timeoutMs: z.int().min(1).max(BROKER_LIMITS.execMs).default(30_000),
});
const Logs = z.strictObject({
  service: z.string().max(200),
  tail: z.int().min(1).max(BROKER_LIMITS.logLines).default(200),
});
const ATTACHMENT = /^\/attachments\/(?<name>[A-Za-z0-9_][A-Za-z0-9._-]{0,99})$/;

/** The sandbox's way to its own app: exec and logs of this run's services, and a place for evidence. */
export interface Broker extends AsyncDisposable {
  attachments(): readonly string[];
  /** Commands and logs that were asked for and given. */
  answered(): number;
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Opens the broker on a unix socket: `POST /exec`, `POST /logs`, `PUT /attachments/<name>`; JSON answers, errors as `{error}`. */
export async function openBroker(socketPath: string, access: AppAccess, outDir: string): Promise<Broker> {
  const attachments = new Map<string, number>();
  const sockets = new Set<Socket>();
  let busy = 0;
  let answered = 0;

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const route = `${request.method} ${request.url}`;
    const name = ATTACHMENT.exec(request.url ?? '')?.groups?.['name'];
    if (request.method === 'PUT' && name !== undefined) return attach(name, request);
    if (route !== 'POST /exec' && route !== 'POST /logs') throw new Refusal(404, `no such call: ${route}`);
    const body = parseJson(await readBody(request, BROKER_LIMITS.bodyBytes));
    if (busy >= BROKER_LIMITS.atOnce) throw new Refusal(429, `at most ${BROKER_LIMITS.atOnce} calls at once`);
    busy += 1;
    try {
      const given = route === 'POST /exec' ? await exec(access, body) : await logs(access, body);
      answered += 1;
      return given;
    } finally {
      busy -= 1;
    }
  };

  const attach = async (name: string, request: IncomingMessage): Promise<unknown> => {
    const bytes = await readBody(request, BROKER_LIMITS.attachmentBytes);
    const others = [...attachments].reduce((sum, [other, size]) => sum + (other === name ? 0 : size), 0);
    if (others + bytes.length > BROKER_LIMITS.attachmentsBytes || attachments.size >= BROKER_LIMITS.attachments) {
      throw new Refusal(413, 'no room for more attachments');
    }
    attachments.set(name, bytes.length);
    await mkdir(outDir, { recursive: true });
    await writeFile(join(outDir, name), bytes);
    return { bytes: bytes.length };
  };

  const server = createServer((request, response) => {
    const send = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(value));
    };
    answer(request).then(
      (value) => send(200, value),
      (error: unknown) => send(error instanceof Refusal ? error.status : 500, { error: messageOf(error) }),
    );
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, socketPath);
  return {
    attachments: () => [...attachments.keys()].sort(),
    answered: () => answered,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function exec(access: AppAccess, body: unknown): Promise<unknown> {
  const { service, argv, stdin, timeoutMs } = parse(Exec, body);
  await requireService(access, service);
  const result = await access.exec(service, argv, { timeoutMs, ...(stdin === undefined ? {} : { stdin }) });
  return { ...result, stdout: cut(result.stdout), stderr: cut(result.stderr) };
}

async function logs(access: AppAccess, body: unknown): Promise<unknown> {
  const { service, tail } = parse(Logs, body);
  await requireService(access, service);
  return { text: cut(await access.logs(service, tail)) };
}

async function requireService(access: AppAccess, service: string): Promise<void> {
  const known = await access.services();
  if (!known.includes(service)) {
    throw new Refusal(403, `this run has no service ${JSON.stringify(service)}; it has ${known.join(', ')}`);
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new Refusal(400, z.prettifyError(result.error));
  return result.data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error: unknown) {
    throw new Refusal(400, `the body is not JSON: ${messageOf(error)}`);
  }
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) throw new Refusal(413, `the body has more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function cut(text: string): string {
  if (text.length <= BROKER_LIMITS.answerBytes) return text;
  return `${text.slice(0, BROKER_LIMITS.answerBytes)}\n[cut here: more than ${BROKER_LIMITS.answerBytes} characters]`;
}
