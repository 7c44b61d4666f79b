import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from '../base/process.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENTRY = 'src/edge/router/main.ts';

/** The one package that the data path needs, with its tree. */
const PACKAGES = ['http-proxy-3', 'debug', 'ms', 'follow-redirects'];

/**
 * The image holds nothing but Node, the libraries that it links, the router's own modules and its packages. Regular
 * expressions come from labels that anyone may write, so those that backtrack too much go to V8's linear engine.
 */
const DOCKERFILE = `FROM scratch
COPY rootfs/ /
WORKDIR /app
ENTRYPOINT ["/bin/node", "--enable-experimental-regexp-engine-on-excessive-backtracks", "--max-old-space-size=64", "--disable-warning=ExperimentalWarning", "src/edge/router/main.mjs"]
`;

/** What goes into the image: the modules as JavaScript, by their path in the image. */
export interface ImageContent {
  readonly modules: ReadonlyMap<string, string>;
  /** Changes when anything in the image does. */
  readonly hash: string;
}

/** Reads what the router's image is made of. */
export async function readImageContent(): Promise<ImageContent> {
  const modules = await collectModules(ENTRY);
  const node = await stat(process.execPath);
  const hash = createHash('sha256').update(`${DOCKERFILE}\n${process.version}\n${node.size}\n`);
  for (const [path, code] of modules) hash.update(`${path}\n${code}\n`);
  for (const name of PACKAGES) hash.update(await readFile(join(ROOT, 'node_modules', name, 'package.json')));
  return { modules, hash: hash.digest('hex').slice(0, 12) };
}

/** The modules that a file imports, itself included, with types stripped: Node then needs no compiler at run time. */
async function collectModules(entry: string): Promise<ReadonlyMap<string, string>> {
  const modules = new Map<string, string>();
  const todo = [entry];
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    const name = path.replace(/\.ts$/, '.mjs');
    if (modules.has(name)) continue;
    const code = stripTypeScriptTypes(await readFile(join(ROOT, path), 'utf8'));
    const imports = /(?<before>\bfrom\s+')(?<target>\.{1,2}\/[^']+)\.ts(?=')/g;
    for (const match of code.matchAll(imports)) {
      todo.push(relative(ROOT, join(ROOT, dirname(path), `${match.groups?.['target'] ?? ''}.ts`)));
    }
    modules.set(name, code.replace(imports, '$<before>$<target>.mjs'));
  }
  return new Map([...modules].sort(([one], [other]) => (one < other ? -1 : 1)));
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
    for (const name of PACKAGES) {
      const dereference = { recursive: true, dereference: true };
      await cp(join(ROOT, 'node_modules', name), join(app, 'node_modules', name), dereference);
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
  return [...stdout.matchAll(/^\s*(?:\S+ => )?(?<path>\/\S+) \(0x/gm)].map((match) => match.groups?.['path'] ?? '');
}
