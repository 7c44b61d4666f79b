import { within } from '../base/deadline.ts';
import type { StatePaths } from '../config/paths.ts';
import { TOOL_VERSION } from '../config/version.ts';
import type { Store } from '../store/store.ts';
import { json, plain } from '../web/answer.ts';
import type { Readiness } from '../web/health.ts';
import { type Routes, readOnly } from '../web/listen.ts';
import { readOverview } from '../web/overview.ts';
import { renderPage } from '../web/page.ts';
import { runFile } from '../web/run-files.ts';
import { handleUpload, type UploadOptions } from './artifacts/handle-upload.ts';
import { handleHook } from './hook.ts';
import { answerOwnLog } from './own/own-log.ts';
import type { Watching } from './watching.ts';

export interface RouteOptions {
  readonly store: Store;
  readonly paths: StatePaths;
  /** The forges as they are watched now; another one after the settings were read again. */
  readonly watching: () => Watching;
  /** Of what the server itself must not say. */
  readonly mask: (text: string) => string;
  readonly recipes: () => readonly string[];
  readonly readiness: () => Promise<Readiness>;
  readonly uploads: UploadOptions;
}

/** A page takes milliseconds. */
const PATIENCE_MS = 10_000;

/** What the server answers to whom. */
export function makeRoutes({ store, paths, watching, mask, recipes, readiness, uploads }: RouteOptions): Routes {
  return {
    '': readOnly(async () => {
      const ready = await readiness();
      const away = ready.parts.some(({ name, ok }) => name === 'database' && !ok);
      const overview = away ? undefined : await within(PATIENCE_MS, readOverview(store.db)).catch(() => undefined);
      if (overview === undefined) return plain(503, 'the database does not answer; what runs goes on');
      const page = renderPage({
        overview,
        readiness: ready,
        problems: watching().enrolment.problems(),
        recipes: recipes(),
        version: TOOL_VERSION,
        now: new Date(),
      });
      return { status: 200, type: 'text/html; charset=utf-8', body: mask(page) };
    }),
    healthz: readOnly(async () => plain(200, 'alive')),
    readyz: readOnly(async () => {
      const ready = await readiness();
      return json(ready.ready ? 200 : 503, ready);
    }),
    runs: readOnly(({ path }) => runFile(paths, path)),
    own: readOnly(({ path }) => answerOwnLog(paths, path)),
    hook: (request) => handleHook(watching(), request),
    artifacts: (request) => handleUpload(uploads, request),
  };
}
