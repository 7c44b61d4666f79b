import { request } from 'node:http';
import { INSIDE } from './protocol.ts';

/** One call of the broker. Throws an `Error` with the broker's own sentence when it refuses. */
export async function callBroker(method: 'POST' | 'PUT', path: string, body: string | Uint8Array): Promise<unknown> {
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const call = request({ socketPath: INSIDE.broker, method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
  const value: unknown = JSON.parse(text);
  if (status === 200) return value;
  const message = typeof value === 'object' && value !== null && 'error' in value ? String(value.error) : text;
  throw new Error(`the broker refused (${status}): ${message}`);
}
