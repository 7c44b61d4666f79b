import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../../../src/base/process.ts';
import { docker, type SetupContext } from '../../../src/host/setup/context.ts';
import { CONTENT_LABEL, contentHash, contentOfImages } from '../../../src/host/setup/image-content.ts';
import type { CheckedStep } from '../../../src/host/setup/step.ts';

/** 2 MB of Debian's static busybox: enough for everything that is about orchestration. */
export const BUSYBOX = 'cc-ci-test/busybox:1';
/** An image whose only program is the head of an ELF file for other processors than this host's. */
export const FOREIGN = 'cc-ci-test/foreign:1';

const DOCKERFILE = `FROM scratch
COPY root/bin/busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/www"]
CMD ["sleep", "1000000"]
`;

/** `e_machine` of an ELF file, and what the Engine calls it. */
const AARCH64 = { name: 'arm64', machine: 183 } as const;
const X86_64 = { name: 'amd64', machine: 62 } as const;

interface TestImage {
  readonly tag: string;
  readonly content: string;
  make(context: SetupContext, image: TestImage, directory: string): Promise<void>;
}

const IMAGES: readonly TestImage[] = [
  { tag: BUSYBOX, content: contentOf(DOCKERFILE), make: makeBusybox },
  { tag: FOREIGN, content: contentOf(`foreign to ${arch()}`), make: makeForeign },
];

/** Step: the images that only tests use, each made once and found again by its content. */
export function testImagesStep(context: SetupContext): CheckedStep {
  const outdated = async () => {
    const found = await contentOfImages(
      context,
      IMAGES.map(({ tag }) => tag),
    );
    return IMAGES.filter(({ tag, content }) => found.get(tag) !== content);
  };
  return {
    name: 'test images',
    async check() {
      const lacking = (await outdated()).map(({ tag }) => tag);
      return {
        ok: lacking.length === 0,
        detail: lacking.length === 0 ? 'there' : `missing or outdated: ${lacking.join(', ')}`,
      };
    },
    async act() {
      const lacking = await outdated();
      for (const image of lacking) {
        const directory = await mkdtemp(join(tmpdir(), 'cc-ci-image-'));
        try {
          await image.make(context, image, directory);
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      }
      return `made ${lacking.map(({ tag }) => tag).join(', ')}`;
    },
  };
}

function contentOf(parent: string): string {
  return contentHash({ parent, args: {}, files: [] });
}

async function makeBusybox(context: SetupContext, { tag, content }: TestImage, directory: string): Promise<void> {
  await unpackDebian('busybox-static', directory);
  await writeFile(join(directory, 'Dockerfile'), DOCKERFILE);
  await docker(context, ['build', '--tag', tag, '--label', `${CONTENT_LABEL}=${content}`, directory], {
    env: { DOCKER_BUILDKIT: '0' },
    timeoutMs: 240_000,
  });
}

async function makeForeign(context: SetupContext, { tag, content }: TestImage, directory: string): Promise<void> {
  const { name, machine } = arch() === 'arm64' ? X86_64 : AARCH64;
  await mkdir(join(directory, 'root'));
  await writeFile(join(directory, 'root', 'program'), elfHead(machine), { mode: 0o755 });
  await mustRun(['tar', '-C', join(directory, 'root'), '-cf', join(directory, 'layer.tar'), 'program']);
  const digest = createHash('sha256')
    .update(await readFile(join(directory, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: name,
    os: 'linux',
    config: { Cmd: ['/program'], Labels: { [CONTENT_LABEL]: content } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }];
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(directory, 'image.tar');
  await mustRun(['tar', '-C', directory, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
  await docker(context, ['load', '--quiet', '--input', archive]);
}

/** Downloads a Debian package and unpacks it below `root/` of a directory; nothing is installed. */
export async function unpackDebian(name: string, directory: string): Promise<void> {
  await mustRun(['apt-get', 'download', name], { cwd: directory, timeoutMs: 300_000 });
  const archive = (await readdir(directory)).find((entry) => entry.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get download left no package');
  await mustRun(['dpkg-deb', '--extract', join(directory, archive), join(directory, 'root')], { timeoutMs: 300_000 });
}

/** Magic number, 64 bit, little-endian, executable, and the machine; the kernel looks no further. */
function elfHead(machine: number): Buffer {
  const head = Buffer.alloc(4096);
  head.write('\u007fELF', 'latin1');
  head.set([2, 1, 1], 4);
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machine, 18);
  return head;
}
