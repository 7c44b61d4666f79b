import type { z } from 'zod';
import { ForgeError } from '../errors.ts';
import { check, type ForgeHttp, type ForgeHttpOptions, refused, unreadable } from './http.ts';

/** What a list holds, as far as it was read. */
export interface Listed<T> {
  /** In the forge's order. */
  readonly items: readonly T[];
  /** False when it has more than anybody reads; what comes later in the forge's order is left out. */
  readonly complete: boolean;
}

/** The forge's own pages hold 50 items: this is 10,000 of them. A forge that always has another page ends here. */
const MOST_PAGES = 200;
const MOST_LIST_BYTES = 64 * 1024 * 1024;
const PAGE_ITEMS = 50;

/** Which list, and what its items look like. */
export interface ListRequest<T> {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<T>;
}

/**
 * Reads a list page by page. Anybody may write an item that is as long as a book: where a page is too large its items are asked
 * for one by one, and one that is too large alone is left out, with a note.
 */
export async function readList<T>(
  { ask }: Pick<ForgeHttp, 'ask'>,
  { url, note }: Pick<ForgeHttpOptions, 'url' | 'note'>,
  { path, query, schema }: ListRequest<T>,
): Promise<Listed<T>> {
  const what = `GET ${url} ${path}`;
  const items: T[] = [];
  let leftOut = 0;
  let bytes = 0;
  let single = false;
  for (let asked = 0, page = 1; ; asked += 1) {
    if (asked >= MOST_PAGES || bytes > MOST_LIST_BYTES) {
      note?.(`${what}: this list has no end that anybody would read; only its first ${items.length} were looked at`);
      return { items, complete: false };
    }
    // `limit` counts only together with `page`, and the forge may allow fewer: its total decides.
    const limit = single ? 1 : PAGE_ITEMS;
    const request = { method: 'GET', path, query: { ...query, limit: String(limit), page: String(page) } } as const;
    const answer = await ask(request).catch((error: unknown) => {
      if (error instanceof ForgeError && error.failure === 'too-large') return error;
      throw error;
    });
    if (answer instanceof ForgeError) {
      bytes += answer.bytes;
      if (single) {
        leftOut += 1;
        note?.(`${what}: number ${page} of the list is too large and was left out`);
      }
      single = true;
      page = items.length + leftOut + 1;
      continue;
    }
    bytes += answer.bytes;
    if (answer.status !== 200) throw refused(what, answer);
    if (answer.body !== null && !Array.isArray(answer.body)) throw unreadable(what, 'a list was expected');
    const found: readonly unknown[] = answer.body ?? [];
    for (const item of found) items.push(check(what, item, schema));
    const total = Number(answer.headers.get('x-total-count') ?? Number.NaN);
    const more = items.length + leftOut < total || hasNext(answer.headers);
    if (found.length === 0 || !more) return { items, complete: true };
    page += 1;
  }
}

/** The items of a list where the first ten thousand are enough. */
export async function readAll<T>(
  http: Pick<ForgeHttp, 'ask'>,
  options: Pick<ForgeHttpOptions, 'url' | 'note'>,
  request: ListRequest<T>,
): Promise<readonly T[]> {
  return (await readList(http, options, request)).items;
}

function hasNext(headers: Headers): boolean {
  return /rel="next"/.test(headers.get('link') ?? '');
}
