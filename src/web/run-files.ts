import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isRunId } from '../base/ids.ts';
import type { StatePaths } from '../config/paths.ts';
import { listArtifacts } from '../results/list-artifacts.ts';
import { runRoot } from '../run/past/find-run.ts';
import { type Answer, POLICY, plain } from './answer.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.ndjson': 'text/plain; charset=utf-8',
  '.xml': 'text/xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
};
const REPORT = 'report.html';

/**
 * Answers `/runs/<id>/` with the report of a run, and what lies beside it: exactly the files that the run lists as its
 * artifacts, so no private file and none elsewhere can be named. They hold text of strangers: even a page of theirs could
 * do nothing here, and has no part in our origin.
 */
export async function runFile(paths: StatePaths, path: readonly string[]): Promise<Answer> {
  const [, runId = '', ...rest] = path;
  if (!isRunId(runId)) return plain(404, 'there is no such run');
  // The links of a report are relative to its directory.
  if (rest.length === 0) return { status: 308, headers: { location: `/runs/${runId}/` } };
  const directory = await runRoot(paths, runId);
  const name = rest.join('/') || REPORT;
  const artifacts = await listArtifacts(directory).catch(() => undefined);
  if (artifacts === undefined) return plain(404, 'there is no such run on this machine');
  if (!artifacts.some((artifact) => artifact.name === name)) {
    return plain(404, name === REPORT ? 'this run has no report yet' : 'this run has no such file');
  }
  const type = TYPES[extname(name)];
  const file = await open(join(directory, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  return {
    status: 200,
    type: type ?? 'application/octet-stream',
    body: file,
    headers: {
      'content-security-policy': `${POLICY}; sandbox allow-downloads`,
      ...(type === undefined ? { 'content-disposition': 'attachment' } : {}),
    },
  };
}
