import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { mustRun } from '../../base/process.ts';
import { docker, type SetupContext, tryDocker } from './context.ts';
import { exists } from './file-facts.ts';
import { CONTENT_LABEL, contentOfImages } from './image-content.ts';
import type { CheckedStep } from './step.ts';

const SUITE = 'bookworm';
const UPSTREAM = `debian:${SUITE}-slim`;
/** What every image of ours finds in its base. */
const PACKAGES = ['ca-certificates', 'curl', 'netcat-openbsd'];
const LEFT_OUT = ['doc', 'man', 'info', 'locale', 'lintian'];

/** The name of the base image. */
export const BASE_IMAGE = `cc-ci/base:${SUITE}`;

/** Stands for how the base is made. Pulled or bootstrapped is no difference: both are Debian's own packages. */
export const BASE_CONTENT = shortHash(JSON.stringify({ SUITE, PACKAGES, LEFT_OUT }), 16);

/** Step: the Debian base image, pulled where a registry answers, bootstrapped from the Debian mirror where none does. */
export function baseImageStep(context: SetupContext): CheckedStep {
  return {
    name: 'base image',
    async check() {
      const found = (await contentOfImages(context, [BASE_IMAGE])).get(BASE_IMAGE);
      return {
        ok: found === BASE_CONTENT,
        detail:
          found === undefined
            ? `${BASE_IMAGE} is missing`
            : `${BASE_IMAGE} is ${found === BASE_CONTENT ? 'there' : 'of another content'}`,
      };
    },
    async act() {
      const tar = join(context.paths.cache, 'images', `base-${SUITE}-${BASE_CONTENT}.tar`);
      if (await exists(tar)) {
        await importTar(context, tar);
        return 'imported from the cache';
      }
      if (await pullBase(context)) return `built from the registry's ${UPSTREAM}`;
      context.say('no registry answers; making the base image from the Debian mirror (about 30 s)');
      await bootstrap(tar);
      await importTar(context, tar);
      return 'bootstrapped from the Debian mirror';
    },
  };
}

async function pullBase(context: SetupContext): Promise<boolean> {
  const pulled = await tryDocker(context, ['pull', '--quiet', UPSTREAM], { timeoutMs: 120_000 });
  if (pulled.exitCode !== 0) return false;
  const dockerfile = [
    `FROM ${UPSTREAM}`,
    `RUN apt-get update && apt-get install -y --no-install-recommends ${PACKAGES.join(' ')} && rm -rf /var/lib/apt/lists/*`,
    `LABEL ${CONTENT_LABEL}=${BASE_CONTENT}`,
  ].join('\n');
  await docker(context, ['build', '--tag', BASE_IMAGE, '-'], { input: dockerfile, timeoutMs: 600_000 });
  return true;
}

async function importTar(context: SetupContext, tar: string): Promise<void> {
  const changes = ['CMD ["bash"]', `LABEL ${CONTENT_LABEL}=${BASE_CONTENT}`];
  await docker(context, ['import', ...changes.flatMap((change) => ['--change', change]), tar, BASE_IMAGE]);
}

async function bootstrap(tar: string): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new CodedError({
      code: 'E_SETUP_NOT_ROOT',
      message: 'no registry answers, and only root may make a base image from the Debian mirror',
      fault: 'infrastructure',
      hint: `run ./cc-ci setup as root, or bring an image named ${UPSTREAM} to this Engine`,
    });
  }
  await mkdir(join(tar, '..'), { recursive: true });
  const unfinished = `${tar}.part`;
  try {
    await mustRun(
      [
        'mmdebstrap',
        '--quiet',
        '--variant=minbase',
        '--format=tar',
        `--include=${PACKAGES.join(',')}`,
        ...LEFT_OUT.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
        '--aptopt=APT::Install-Recommends "false"',
        SUITE,
        unfinished,
      ],
      { timeoutMs: 600_000 },
    );
    await rename(unfinished, tar);
  } finally {
    await rm(unfinished, { force: true });
  }
}
