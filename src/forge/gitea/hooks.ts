import { z } from 'zod';
import type { RepositoryName } from '../types.ts';
import { repositoryPath } from './client.ts';
import { type ForgeHttpOptions, forgeHttp } from './http.ts';
import { readAll } from './list.ts';

const Hook = z.object({ active: z.boolean(), config: z.object({ url: z.string() }) });

/** What a webhook has to tell us. */
export const HOOK_EVENTS = ['issue_comment', 'pull_request_comment'] as const;

/**
 * Makes the webhook of a repository, with the token of somebody who administers it; false when there is one that leads to
 * us already. Rejects with a `ForgeError`.
 */
export async function ensureHook(
  options: ForgeHttpOptions,
  name: RepositoryName,
  { url, secret }: { readonly url: string; readonly secret: string },
): Promise<boolean> {
  const http = forgeHttp(options);
  const path = `${repositoryPath(name)}/hooks`;
  const existing = await readAll(http, options, { path, schema: Hook });
  if (existing.some(({ active, config }) => active && config.url === url)) return false;
  const config = { url, content_type: 'json', secret };
  await http.read({ method: 'POST', path, body: { type: 'gitea', active: true, events: HOOK_EVENTS, config } }, Hook);
  return true;
}
