import type { ApiImage } from './api-types.ts';
import { CauseError } from './causes/cause-error.ts';
import { causeOfPull } from './causes/registry.ts';
import type { Engine } from './engine.ts';
import { linesOf } from './engine-events.ts';
import { EngineError, isEngineStatus } from './engine-http.ts';
import { REGISTRY_WORDS, type RegistryAnswer, RegistryError, readRegistryAnswer } from './registry-answer.ts';
import type { ImagePin } from './types.ts';

export interface ImageProgress {
  readonly reference: string;
  readonly state: 'present' | 'pulling' | 'pulled';
}

/**
 * Makes sure that images are on this host, pulling those that are not, and tells what each really is. When one
 * cannot be had it is `E_IMAGE`, a `CauseError` with one of the causes of docs/causes.md.
 */
export async function ensureImages(
  engine: Engine,
  references: readonly string[],
  onProgress: (progress: ImageProgress) => void = () => undefined,
  signal?: AbortSignal,
  patience: PullPatience = PATIENCE,
): Promise<readonly ImagePin[]> {
  const unique = [...new Set(references)];
  return Promise.all(unique.map((reference) => ensureImage(engine, reference, { onProgress, signal, patience })));
}

/** How long a pull may be silent, in milliseconds: the Engine itself waits for a registry without end. */
interface PullPatience {
  /** Until the registry has answered at all. */
  readonly answerMs: number;
  /** Between two steps; a large layer is checked and unpacked in silence. */
  readonly stepMs: number;
}

const PATIENCE: PullPatience = { answerMs: 30_000, stepMs: 300_000 };

interface PullOptions {
  readonly onProgress: (progress: ImageProgress) => void;
  readonly signal: AbortSignal | undefined;
  readonly patience: PullPatience;
}

async function ensureImage(engine: Engine, reference: string, options: PullOptions): Promise<ImagePin> {
  const { onProgress } = options;
  const present = await findImage(engine, reference);
  if (present !== undefined) {
    onProgress({ reference, state: 'present' });
    return pinOf(reference, present, 0);
  }
  const started = performance.now();
  onProgress({ reference, state: 'pulling' });
  await pull(engine, reference, options);
  const pulled = await findImage(engine, reference);
  if (pulled === undefined) throw pullError(reference, 'other', 'the pull ended well, yet the Engine does not have it');
  onProgress({ reference, state: 'pulled' });
  return pinOf(reference, pulled, performance.now() - started);
}

async function pull(engine: Engine, reference: string, { signal, patience }: PullOptions): Promise<void> {
  const { name, tag, digest } = splitReference(reference);
  using silence = watchSilence(patience.answerMs, signal);
  try {
    const body = await engine.pullImage(name, digest ?? tag ?? 'latest', silence.signal);
    silence.heard(patience.stepMs);
    const failure = await readPull(body, () => silence.heard(patience.stepMs));
    if (failure !== undefined) throw pullError(reference, failure);
  } catch (error: unknown) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) throw pullError(reference, silence.answer(), silence.sentence());
    throw error instanceof RegistryError ? pullError(reference, error.answer) : error;
  }
}

/** A signal that fires when nothing was heard for so long (milliseconds), or when the outer one does. */
function watchSilence(firstMs: number, outer: AbortSignal | undefined) {
  const own = new AbortController();
  let limitMs = firstMs;
  let heardAny = false;
  const arm = () => setTimeout(() => own.abort(), limitMs).unref();
  let timer = arm();
  return {
    signal: outer === undefined ? own.signal : AbortSignal.any([own.signal, outer]),
    heard(nextMs: number) {
      clearTimeout(timer);
      heardAny = true;
      limitMs = nextMs;
      timer = arm();
    },
    answer: (): RegistryAnswer => (heardAny ? 'stalled' : 'silent'),
    sentence: () =>
      heardAny
        ? `the pull made no progress for ${limitMs / 1000} s`
        : `its registry did not answer within ${limitMs / 1000} s`,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Reads a pull to its end; what it failed of, or nothing when it did not. `onStep` is told of each step. */
export async function readPull(
  body: AsyncIterable<unknown>,
  onStep: () => void = () => undefined,
): Promise<RegistryAnswer | undefined> {
  for await (const line of linesOf(body)) {
    const step = JSON.parse(line) as { readonly status?: string; readonly error?: string };
    if (step.error !== undefined) return readRegistryAnswer(step.error);
    if (step.status !== undefined) onStep();
  }
  return undefined;
}

async function findImage(engine: Engine, reference: string): Promise<ApiImage | undefined> {
  try {
    const { name, digest } = splitReference(reference);
    // With a digest the tag is only a remark, and older Engines do not find an image by both.
    return await engine.image(digest === undefined ? reference : `${name}@${digest}`);
  } catch (error: unknown) {
    if (isEngineStatus(error, 404)) return undefined;
    // No registry was asked: the only thing wrong with such a question can be the name, and the words are the Engine's.
    if (error instanceof EngineError && error.status === 400) throw pullError(reference, 'bad-name', error.evidence[0]);
    throw error;
  }
}

function pinOf(reference: string, image: ApiImage, pullMs: number): ImagePin {
  const { name, digest } = splitReference(reference);
  const known = (image.RepoDigests ?? []).find((entry) => entry.startsWith(`${shortest(name)}@`));
  const found = digest ?? known?.slice(known.indexOf('@') + 1);
  return {
    reference,
    digest: found,
    imageId: image.Id,
    source: found === undefined ? 'local' : 'registry',
    bytes: image.Size,
    pullMs: Math.round(pullMs),
  };
}

/** Takes `registry:5000/name:tag@sha256:…` apart. Pure. */
export function splitReference(reference: string): {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
} {
  const at = reference.indexOf('@');
  const digest = at === -1 ? undefined : reference.slice(at + 1);
  const rest = at === -1 ? reference : reference.slice(0, at);
  const colon = rest.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  const hasTag = colon > rest.lastIndexOf('/');
  return { name: hasTag ? rest.slice(0, colon) : rest, tag: hasTag ? rest.slice(colon + 1) : undefined, digest };
}

/** The Engine lists images of the default registry without its name. */
function shortest(name: string): string {
  return name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
}

/** Names a failed pull; `words` are ours, never the registry's. Pure. */
export function pullError(reference: string, answer: RegistryAnswer, words = REGISTRY_WORDS[answer]): CauseError {
  return new CauseError('E_IMAGE', causeOfPull(reference, answer, words, new Date()));
}
