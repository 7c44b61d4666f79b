import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { renderBadge } from './badge.ts';
import { renderCard } from './card.ts';
import { RESULTS_FILE, writeResults } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderLint } from './lint-text.ts';
import { listArtifacts } from './list-artifacts.ts';
import { renderHtml } from './report-html.ts';
import type { RunResults } from './schema.ts';

/** What a renderer may use beside the results. */
interface Extras {
  /** The PNG of the live app. */
  readonly screenshot?: Uint8Array | undefined;
}

/** Makes one artifact. It sees the results as they will be stored and can change nothing in them. */
export interface Renderer {
  readonly name: string;
  readonly render: (results: RunResults, extras: Extras) => string;
}

/** The artifacts of every run, in the order they are written; the report is last and so lists the others. */
export const RENDERERS: readonly Renderer[] = [
  { name: 'badge.svg', render: renderBadge },
  { name: 'card.svg', render: renderCard },
  { name: 'junit.xml', render: renderJunit },
  { name: 'lint.txt', render: ({ lint }) => renderLint(lint) },
  { name: 'report.html', render: renderHtml },
];

export interface WriteOptions extends Extras {
  readonly renderers?: readonly Renderer[] | undefined;
}

/** What became of it: the results as stored, with the artifacts listed and a note for each that could not be made. */
export interface Written {
  readonly results: RunResults;
  /** Artifacts that are missing, `results.json` included, and why. */
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Writes every artifact of a run into its directory, `results.json` last. Never throws and never touches verdict or level:
 * an artifact that cannot be made is a note. Where the results list no artifacts yet, what the run left in the directory is
 * listed (`listArtifacts`). Calling it again with other results replaces them.
 */
export async function writeArtifacts(
  directory: string,
  results: RunResults,
  options: WriteOptions = {},
): Promise<Written> {
  const failed: { name: string; reason: string }[] = [];
  let current = results;
  const attempt = async (name: string, make: () => Promise<void>) => {
    try {
      await make();
    } catch (error: unknown) {
      const reason = messageOf(error);
      failed.push({ name, reason });
      current = { ...current, notes: [...current.notes, `${name} could not be written: ${reason}`] };
    }
  };
  if (current.artifacts.length === 0) {
    await attempt('the list of artifacts', async () => {
      const ours = new Set([RESULTS_FILE, ...RENDERERS.map(({ name }) => name)]);
      const found = await listArtifacts(directory);
      current = { ...current, artifacts: found.filter(({ name }) => !ours.has(name)) };
    });
  }
  for (const { name, render } of options.renderers ?? RENDERERS) {
    await attempt(name, async () => {
      const text = render(current, options);
      await writeFileAtomic(join(directory, name), text);
      const others = current.artifacts.filter((artifact) => artifact.name !== name);
      current = { ...current, artifacts: [...others, { name, bytes: Buffer.byteLength(text) }] };
    });
  }
  await attempt(RESULTS_FILE, () => writeResults(directory, current));
  return { results: current, failed };
}
