import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ownModule, packageFolder } from '../base/own-files.ts';
import { mustRun } from '../base/process.ts';
import { ADMIN_PORT } from './router/admin.ts';

const ENTRY = 'src/edge/router/main';

/** The packages that the data path needs. */
const PACKAGES = ['http-proxy-3', 're2js'];
const Manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/**
 * A router whose event loop is blocked answers nobody: Docker then says so, and the Swarm starts another one. Each look starts a
 * Node, which takes a third of a second of processor time: hence seldom.
 */
const HEALTH = `require('http').get('http://127.0.0.1:${ADMIN_PORT}/ping', (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))`;

/** The image holds nothing but Node, the libraries that it links, the router's own modules and its packages. */
const DOCKERFILE = `FROM scratch
COPY rootfs/ /
WORKDIR /app
HEALTHCHECK --interval=30s --timeout=10s --start-period=15s --retries=2 CMD ["/bin/node", "--max-old-space-size=16", "-e", "${HEALTH}"]
ENTRYPOINT ["/bin/node", "--max-old-space-size=64", "--disable-warning=ExperimentalWarning", "src/edge/router/main.mjs"]
`;

/** What goes into the image: the modules as JavaScript, by their path in the image. */
export interface ImageContent {
  readonly modules: ReadonlyMap<string, string>;
  /** Folders of the packages that the modules need, by name. */
  readonly packages: ReadonlyMap<string, string>;
  /** Changes when anything in the image does. */
  readonly hash: string;
}

/** Reads what the router's image is made of. */
export async function readImageContent(): Promise<ImageContent> {
  const modules = await collectModules(ENTRY);
  const packages = await collectPackages(PACKAGES);
  const node = await stat(process.execPath);
  const hash = createHash('sha256').update(`${DOCKERFILE}\n${process.version}\n${node.size}\n`);
  for (const [path, code] of modules) hash.update(`${path}\n${code}\n`);
  for (const folder of packages.values()) hash.update(await readFile(join(folder, 'package.json')));
  return { modules, packages, hash: hash.digest('hex').slice(0, 12) };
}

/** The modules that one of ours imports, itself included, without types: Node then needs no compiler at run time. */
async function collectModules(entry: string): Promise<ReadonlyMap<string, string>> {
  const modules = new Map<string, string>();
  const todo = [entry];
  for (let module = todo.pop(); module !== undefined; module = todo.pop()) {
    const name = `${module}.mjs`;
    if (modules.has(name)) continue;
    const path = ownModule(module);
    const text = await readFile(path, 'utf8');
    const code = path.endsWith('.ts') ? stripTypeScriptTypes(text) : text;
    const imports = /(?<before>\bfrom\s+')(?<target>\.{1,2}\/[^']+)\.[jt]s(?=')/g;
    for (const match of code.matchAll(imports)) todo.push(join(dirname(module), match.groups?.['target'] ?? ''));
    modules.set(name, code.replace(imports, '$<before>$<target>.mjs'));
  }
  return new Map([...modules].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Packages and all that they depend on, each found from the one that needs it. */
async function collectPackages(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const packages = new Map(names.map((name) => [name, packageFolder(name)]));
  for (const folder of packages.values()) {
    const path = join(folder, 'package.json');
    const manifest = Manifest.parse(JSON.parse(await readFile(path, 'utf8')));
    for (const needed of Object.keys(manifest.dependencies)) {
      if (!packages.has(needed)) packages.set(needed, packageFolder(needed, path));
    }
  }
  return packages;
}

/** Builds the image under a name. Takes some seconds; nothing is fetched from anywhere. */
export async function buildImage(
  reference: string,
  content: ImageContent,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'cc-ci-router-image-'));
  try {
    const rootfs = join(context, 'rootfs');
    const app = join(rootfs, 'app');
    for (const [path, code] of content.modules) {
      await mkdir(join(app, dirname(path)), { recursive: true });
      await writeFile(join(app, path), code);
    }
    for (const [name, folder] of content.packages) {
      await cp(folder, join(app, 'node_modules', name), { recursive: true, dereference: true });
    }
    await mkdir(join(rootfs, 'bin'));
    await cp(process.execPath, join(rootfs, 'bin/node'), { dereference: true });
    for (const library of await linkedLibraries(process.execPath)) {
      await mkdir(join(rootfs, dirname(library)), { recursive: true });
      await cp(library, join(rootfs, library), { dereference: true });
    }
    await writeFile(join(context, 'Dockerfile'), DOCKERFILE);
    await mustRun(['docker', 'build', '--quiet', '--tag', reference, context], {
      env: { ...env, DOCKER_BUILDKIT: '0' },
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Absolute paths of the shared libraries that a program links, its loader included. */
async function linkedLibraries(program: string): Promise<readonly string[]> {
  const { stdout } = await mustRun(['ldd', program]);
  // `libm.so.6 => /lib/libm.so.6 (0x…)`; the loader has no name before it.
  return stdout.split('\n').flatMap((line) => {
    const [path = '', address] = (line.split(' => ').at(-1) ?? '').trim().split(' ');
    return path.startsWith('/') && address?.startsWith('(0x') === true ? [path] : [];
  });
}
