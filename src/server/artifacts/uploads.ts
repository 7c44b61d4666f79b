import type { StatePaths } from '../../config/paths.ts';
import { readSecretFile } from '../../config/secret-file.ts';
import type { ConfigPaths, ServerSettings } from '../../config/server.ts';
import type { Store } from '../../store/store.ts';
import type { UploadOptions } from './handle-upload.ts';
import { receiveRuns } from './receive.ts';

/** What a server takes in: what runs of its requests left, from whom one of the tokens in its settings lets in. */
export function takeUploads(
  { db }: Pick<Store, 'db'>,
  paths: StatePaths,
  config: ConfigPaths,
  settings: () => Pick<ServerSettings, 'uploadTokenFiles'>,
): UploadOptions {
  return {
    receiver: receiveRuns(paths),
    tokens: () =>
      Promise.all(
        settings().uploadTokenFiles.map((given, n) =>
          readSecretFile({ given, key: `uploadTokenFiles.${n}`, configDirectory: config.directory }),
        ),
      ),
    async isKnownRun(runId) {
      const row = await db.selectFrom('requests').select('id').where('run_id', '=', runId).executeTakeFirst();
      return row !== undefined;
    },
  };
}
