import { join } from 'node:path';
import { countOf } from '../../base/text.ts';
import { BASE_CONTENT, BASE_IMAGE } from './base-image.ts';
import { docker, type SetupContext } from './context.ts';
import { CONTENT_LABEL, contentHash, contentOfImages, readBuildDirectory } from './image-content.ts';
import type { CheckedStep } from './step.ts';

/** An image of the example recipes, built from `examples/images/<folder>`. */
export interface DemoImage {
  readonly tag: string;
  readonly folder: string;
  readonly from: string;
  readonly args: Readonly<Record<string, string>>;
}

const NODE_IMAGE = 'cc-ci-demo/node:bookworm';

/** Every image that an example recipe names, and the one below most of them. */
export const DEMO_IMAGES: readonly DemoImage[] = [
  { tag: 'cc-ci-demo/postgres:15', folder: 'postgres', from: BASE_IMAGE, args: {} },
  { tag: 'cc-ci-demo/mariadb:10.11', folder: 'mariadb', from: BASE_IMAGE, args: {} },
  { tag: 'cc-ci-demo/redis:7', folder: 'redis', from: BASE_IMAGE, args: {} },
  { tag: NODE_IMAGE, folder: 'node', from: BASE_IMAGE, args: {} },
  ...versions('nginx', BASE_IMAGE, ['1.22.1', '1.24.0']),
  ...versions('notebook', NODE_IMAGE, ['1.0.0', '1.1.0', '2.0.0']),
  ...versions('wiki', NODE_IMAGE, ['1.0.0', '1.1.0']),
  ...versions('relay', NODE_IMAGE, ['1.0.0', '1.1.0']),
  ...versions('login', NODE_IMAGE, ['1.0.0']),
  ...versions('guestbook', NODE_IMAGE, ['1.0.0', '1.1.0']),
];

function versions(folder: string, from: string, numbers: readonly string[]): DemoImage[] {
  return numbers.map((number) => ({
    tag: `cc-ci-demo/${folder}:${number}`,
    folder,
    from,
    args: { APP_VERSION: number },
  }));
}

/** An image with the hash of all that goes into it. */
interface PlannedImage extends DemoImage {
  readonly content: string;
}

/**
 * Splits images into rounds: those of a round stand only on earlier rounds or on images from elsewhere. Within a round
 * the versions of one folder share their layers, so the later ones are nearly free once the first is built.
 */
export function buildRounds<T extends DemoImage>(images: readonly T[]): T[][] {
  const rounds: T[][] = [];
  let left = [...images];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ tag }) => tag));
    const round = left.filter(({ from }) => !waiting.has(from));
    if (round.length === 0) throw new Error(`images stand on each other: ${[...waiting].join(', ')}`);
    rounds.push(round);
    left = left.filter((image) => !round.includes(image));
  }
  return rounds;
}

/** Step: the images of the example recipes, those built anew whose content is not in the Engine. */
export function demoImagesStep(context: SetupContext, imagesDir: string): CheckedStep {
  const outdated = async () => {
    const planned = await planImages(imagesDir);
    const found = await contentOfImages(
      context,
      planned.map(({ tag }) => tag),
    );
    return planned.filter(({ tag, content }) => found.get(tag) !== content);
  };
  return {
    name: 'demo images',
    async check() {
      const lacking = await outdated();
      const names = lacking.map(({ tag }) => tag).join(', ');
      return {
        ok: lacking.length === 0,
        detail:
          lacking.length === 0 ? `${countOf(DEMO_IMAGES.length, 'image')} there` : `missing or outdated: ${names}`,
      };
    },
    async act() {
      const lacking = await outdated();
      for (const round of buildRounds(lacking)) await buildRound(context, imagesDir, round);
      return `built ${countOf(lacking.length, 'image')}`;
    },
  };
}

async function planImages(imagesDir: string): Promise<PlannedImage[]> {
  const contents = new Map([[BASE_IMAGE, BASE_CONTENT]]);
  const planned: PlannedImage[] = [];
  for (const image of buildRounds(DEMO_IMAGES).flat()) {
    const files = await readBuildDirectory(join(imagesDir, image.folder));
    const content = contentHash({ parent: contents.get(image.from) ?? image.from, args: image.args, files });
    contents.set(image.tag, content);
    planned.push({ ...image, content });
  }
  return planned;
}

/** Two builds at a time: each waits half of its time for the network. Versions of one folder follow each other. */
async function buildRound(context: SetupContext, imagesDir: string, round: readonly PlannedImage[]): Promise<void> {
  const groups = [...Map.groupBy(round, ({ folder }) => folder).values()];
  const worker = async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      for (const image of group) await buildImage(context, imagesDir, image);
    }
  };
  await Promise.all([worker(), worker()]);
}

async function buildImage(context: SetupContext, imagesDir: string, image: PlannedImage): Promise<void> {
  context.say(`building ${image.tag}`);
  const args = Object.entries(image.args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const label = `${CONTENT_LABEL}=${image.content}`;
  await docker(
    context,
    ['build', '--quiet', '--tag', image.tag, '--label', label, ...args, join(imagesDir, image.folder)],
    { timeoutMs: 900_000 },
  );
}
