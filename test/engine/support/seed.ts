import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { mustRun, runProcess } from '../../../src/base/process.ts';

/** The images that tests use: those of set-up and of the tests themselves. Nothing else of a developer's Engine is looked at. */
const OURS = /^cc-ci(?:-demo|-test)?\//;

/** The only way of keeping layers whose directories can be linked. */
const DRIVER = 'overlay2';

const Inspected = z.array(
  z.object({ Id: z.string(), RepoTags: z.array(z.string()), RootFS: z.object({ Layers: z.array(z.string()) }) }),
);
type Image = z.infer<typeof Inspected>[number];

/** The Engine that has the images, by the environment that a Docker CLI finds it with. */
type EngineEnv = Readonly<Record<'DOCKER_HOST', string>>;

/**
 * Gives the data directory of an Engine that has not been started yet our images of another one, without copying a layer: layers
 * are never written to, so hard links to their files will do (0.4 s for 18 images of 1.1 GB). False where that
 * cannot be done: another storage driver, another file system, no root. Then `copyImages` does it, once the Engine runs.
 */
export async function linkImages(from: EngineEnv, dataRoot: string): Promise<boolean> {
  const format = '{{.Driver}} {{.DockerRootDir}}';
  const [driver, source = ''] = (await mustRun(['docker', 'info', '--format', format], { env: from })).stdout
    .trim()
    .split(' ');
  if (driver !== DRIVER || process.getuid?.() !== 0) return false;
  const images = await ourImages(from);
  try {
    await bringImages(source, dataRoot, images);
    return true;
  } catch (error: unknown) {
    process.stderr.write(`the images are copied, since linking them failed: ${String(error)}\n`);
    await Promise.all([DRIVER, 'image'].map((name) => rm(join(dataRoot, name), { recursive: true, force: true })));
    return false;
  }
}

/** Pipes `docker save` of our images of one Engine into `docker load` of another; one second for each 100 MB. */
export async function copyImages(from: EngineEnv, to: EngineEnv): Promise<void> {
  const names = (await ourImages(from)).flatMap(({ RepoTags }) => RepoTags);
  if (names.length === 0) return;
  const save = spawn('docker', ['save', ...names], {
    env: { ...process.env, ...from },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const load = spawn('docker', ['load', '--quiet'], {
    env: { ...process.env, ...to },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ends = [save, load].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  await pipeline(save.stdout, load.stdin);
  const codes = await Promise.all(ends);
  if (codes.some((code) => code !== 0)) throw new Error(`copying images ended with ${codes.join(' and ')}`);
}

async function ourImages(env: EngineEnv): Promise<readonly Image[]> {
  const format = '{{.Repository}}:{{.Tag}}';
  const { stdout } = await mustRun(['docker', 'images', '--filter', 'dangling=false', '--format', format], { env });
  const names = stdout.split('\n').filter((name) => OURS.test(name));
  if (names.length === 0) return [];
  // One that is removed meanwhile is not printed, and makes the CLI end with 1.
  const inspected = await runProcess(['docker', 'image', 'inspect', ...names], { env });
  const byId = new Map(Inspected.parse(JSON.parse(inspected.stdout)).map((image) => [image.Id, image]));
  return [...byId.values()].map((image) => ({ ...image, RepoTags: image.RepoTags.filter((tag) => OURS.test(tag)) }));
}

async function bringImages(source: string, target: string, images: readonly Image[]): Promise<void> {
  const metadata = (root: string, ...path: string[]) => join(root, 'image', DRIVER, ...path);
  const content = ['imagedb', 'content', 'sha256'];
  await mkdir(metadata(target, ...content), { recursive: true });
  await mkdir(metadata(target, 'layerdb', 'sha256'), { recursive: true });
  await mkdir(join(target, DRIVER, 'l'), { recursive: true });
  for (const id of images.map(({ Id }) => hexOf(Id))) {
    await cp(metadata(source, ...content, id), metadata(target, ...content, id));
  }
  await writeFile(metadata(target, 'repositories.json'), JSON.stringify({ Repositories: repositoriesOf(images) }));

  const layers = [...new Set(images.flatMap(({ RootFS }) => chainIds(RootFS.Layers)))].map(hexOf);
  const records = layers.map((layer) => metadata(source, 'layerdb', 'sha256', layer));
  const directories = await Promise.all(
    records.map(async (record) => join(source, DRIVER, await readFile(join(record, 'cache-id'), 'utf8'))),
  );
  for (const directory of directories) {
    const name = await readFile(join(directory, 'link'), 'utf8');
    await symlink(join('..', directory.slice(dirname(directory).length + 1), 'diff'), join(target, DRIVER, 'l', name));
  }
  await link(source, records, metadata(target, 'layerdb', 'sha256'));
  await link(source, directories, join(target, DRIVER));
}

// Engines mount their own directories onto themselves, and the kernel links nothing from one mount to another: in mounts of our
// own theirs are taken away, and all is one file system again. Where it is not, `cp` says so.
const LINK = 'umount --recursive --lazy "$1" 2>/dev/null; shift; exec cp --archive --link -- "$@"';

async function link(source: string, directories: readonly string[], target: string): Promise<void> {
  if (directories.length === 0) return;
  const inOwnMounts = ['unshare', '--mount', '--propagation', 'private', '--'] as const;
  await mustRun([...inOwnMounts, 'sh', '-c', LINK, 'sh', source, ...directories, target], { timeoutMs: 300_000 });
}

/** `repositories.json`: for each repository its tags with the image that each means. */
function repositoriesOf(images: readonly Image[]): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const tags = images.flatMap(({ Id, RepoTags }) => RepoTags.map((tag) => ({ tag, Id })));
  const byRepository = Map.groupBy(tags, ({ tag }) => tag.slice(0, tag.lastIndexOf(':')));
  return Object.fromEntries(
    [...byRepository].map(([name, list]) => [name, Object.fromEntries(list.map(({ tag, Id }) => [tag, Id]))]),
  );
}

/** The names of layers in the Engine's own books: each is the hash of all layers up to it (OCI image specification, ChainID). */
export function chainIds(layers: readonly string[]): string[] {
  const ids: string[] = [];
  for (const layer of layers) {
    const below = ids.at(-1);
    ids.push(below === undefined ? layer : `sha256:${createHash('sha256').update(`${below} ${layer}`).digest('hex')}`);
  }
  return ids;
}

function hexOf(id: string): string {
  return id.slice('sha256:'.length);
}
