import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { mustRun, runProcess } from '../../../src/base/process.ts';

/** Git's own HTTP server, `git http-backend`, behind our listener: clone, fetch and push as with a real forge. */
export function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  at: { readonly repository: string; readonly path: string; readonly query: string; readonly user: string | undefined },
): void {
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_PROJECT_ROOT: dirname(at.repository),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${at.repository.slice(dirname(at.repository).length + 1)}${at.path}`,
      QUERY_STRING: at.query,
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['content-encoding'] === undefined
        ? {}
        : { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
      ...(typeof request.headers['git-protocol'] === 'string' ? { GIT_PROTOCOL: request.headers['git-protocol'] } : {}),
      ...(at.user === undefined ? {} : { REMOTE_USER: at.user }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  let head = false;
  child.stdout.on('data', (chunk: Buffer) => {
    if (head) {
      response.write(chunk);
      return;
    }
    chunks.push(chunk);
    const text = Buffer.concat(chunks);
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    head = true;
    for (const line of text.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(/:\s*/, 2);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(text.subarray(end + 4));
  });
  child.on('close', () => response.end());
}

/** The commit of a ref; undefined where there is none. */
export async function commitOf(git: string, ref: string): Promise<string | undefined> {
  const found = await runProcess(['git', 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { cwd: git });
  return found.exitCode === 0 ? found.stdout.trim() : undefined;
}

export async function setRef(git: string, ref: string, sha: string): Promise<void> {
  await mustRun(['git', 'update-ref', ref, sha], { cwd: git });
}

/** Takes a branch of another repository over as a ref of this one, as a forge does for a pull request from a fork. */
export async function fetchRef(git: string, from: string, branch: string, ref: string): Promise<void> {
  await mustRun(['git', 'fetch', '--quiet', '--no-tags', from, `+refs/heads/${branch}:${ref}`], { cwd: git });
}

export async function initBare(git: string): Promise<void> {
  await mustRun(['git', 'init', '--quiet', '--bare', '--initial-branch=main', git]);
  await mustRun(['git', 'config', 'http.receivepack', 'true'], { cwd: git });
}
