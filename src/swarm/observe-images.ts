import { startDeadline } from '../base/deadline.ts';
import type { Engine } from './engine.ts';
import { readPull, splitReference } from './images.ts';
import type { ImageAnswer, ObservedService } from './observation.ts';
import { RegistryError } from './registry-answer.ts';

/** What tasks do not say of their image: why it cannot be had, and what it was made for. Asked for only when a task failed. */
export interface ImageWatch {
  /** Asks the registry, through the Engine, why an image is not here; once per image. */
  askWhyMissing(image: string): void;
  /** Asks the Engine for the architecture of an image that is here; once per image. */
  askPlatform(image: string): void;
  answerFor(image: string): ImageAnswer | undefined;
  platformOf(image: string): ObservedService['platform'];
  /** Waits for what was asked, `ANSWER_MS` at most; false when nothing was. */
  settle(): Promise<boolean>;
}

/** A verdict is due 3 s after a rejection; a registry that has not answered by then is one that does not answer. */
const ANSWER_MS = 2500;

export function watchImages(engine: Engine, signal: AbortSignal): ImageWatch {
  const answers = new Map<string, ImageAnswer>();
  const platforms = new Map<string, ObservedService['platform']>();
  const running = new Set<Promise<void>>();
  const begin = (work: Promise<void>) => {
    running.add(work);
    void work.then(() => running.delete(work));
  };
  return {
    askWhyMissing(image) {
      if (answers.has(image)) return;
      answers.set(image, { state: 'asking' });
      begin(
        askRegistry(engine, image, signal).then((answer) => {
          answers.set(image, answer);
        }),
      );
    },
    askPlatform(image) {
      if (platforms.has(image)) return;
      platforms.set(image, undefined);
      begin(
        engine.image(image).then(
          ({ Architecture }) => {
            if (Architecture === undefined) return;
            platforms.set(image, { imageFor: Architecture, hostArchitecture: engine.version.Arch });
          },
          () => undefined,
        ),
      );
    },
    answerFor: (image) => answers.get(image),
    platformOf: (image) => platforms.get(image),
    async settle() {
      const asked = running.size > 0;
      while (running.size > 0) await Promise.all(running);
      return asked;
    },
  };
}

/**
 * The registry is asked for the manifest first, because that costs little. Where it has one the image is pulled: the Swarm
 * does that every few seconds anyway, and only the end of a pull tells what is wrong with it.
 */
async function askRegistry(engine: Engine, image: string, outer: AbortSignal): Promise<ImageAnswer> {
  using deadline = startDeadline(ANSWER_MS, outer);
  try {
    await engine.distribution(image, deadline.signal);
    const { name, tag, digest } = splitReference(image);
    const failure = await readPull(await engine.pullImage(name, digest ?? tag ?? 'latest', deadline.signal));
    return failure === undefined ? { state: 'there' } : { state: 'refused', answer: failure };
  } catch (error: unknown) {
    if (deadline.expired()) return { state: 'refused', answer: 'silent' };
    return error instanceof RegistryError ? { state: 'refused', answer: error.answer } : { state: 'asking' };
  }
}
