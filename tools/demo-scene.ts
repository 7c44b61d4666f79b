import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../src/base/process.ts';
import { statePaths } from '../src/config/paths.ts';
import { makeExamples } from '../src/host/setup/examples.ts';
import { type ForgeDouble, startForge } from '../test/forge/double/double.ts';

/** A forge with an example recipe and an open pull request of it, and a configuration of a server that watches it. */
export interface DemoScene extends AsyncDisposable {
  readonly forge: ForgeDouble;
  readonly config: string;
  readonly state: string;
  /** Where the server listens. */
  readonly url: string;
  /** The head of the pull request. */
  readonly head: string;
  /** Comments on the pull request as a member of the organisation. */
  comment(body: string): Promise<void>;
}

export const RECIPE = 'static-site';
const OWNER = 'recipes';
export const MEMBER = 'ada';
export const BOT = 'cc-ci';

/** Sets the scene up in a directory of its own; disposal removes all of it. */
export async function openDemoScene(): Promise<DemoScene> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-demo-'));
  // PostgreSQL runs under an account of its own and has to get through to what is its.
  await chmod(root, 0o711);
  const state = join(root, 'state');
  // The router presents the certificate that set-up made.
  await cp(statePaths().tls, join(state, 'tls'), { recursive: true });
  const forge = await startForge();
  for (const login of [MEMBER, BOT]) forge.addUser(login);
  forge.state.organisations.set(OWNER, new Set([MEMBER, BOT]));
  const token = forge.addToken(BOT, ['write:repository', 'write:issue', 'read:organization', 'read:user']);
  const repository = await forge.addRepository(OWNER, RECIPE);
  const head = await pushPullRequest(root, forge.url);
  const pull = { title: 'Publish 1.2.0', head: 'publish', base: 'main' };
  await forge.call(MEMBER, 'POST', `repos/${OWNER}/${RECIPE}/pulls`, pull);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = 'a secret that both sides know';
  repository.hooks.push({ url: `${url}/hook/demo`, secret });
  const config = join(root, 'etc');
  await configure(config, { forge: forge.url, url, port }, { 'forge-token': token, 'hook-secret': secret });
  return {
    forge,
    config,
    state,
    url,
    head,
    async comment(body) {
      await forge.call(MEMBER, 'POST', `repos/${OWNER}/${RECIPE}/issues/1/comments`, { body });
    },
    async [Symbol.asyncDispose]() {
      await forge[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The example with its releases on `main`, and a branch that publishes another one; the branch's commit. */
async function pushPullRequest(root: string, forgeUrl: string): Promise<string> {
  await makeExamples(join(import.meta.dirname, '../examples'), join(root, 'examples'));
  const work = join(root, 'work');
  const remote = new URL(`${OWNER}/${RECIPE}.git`, `${forgeUrl}/`);
  remote.username = MEMBER;
  remote.password = 'password';
  await mustRun(['git', 'clone', '--quiet', join(root, 'examples', RECIPE), work]);
  const git = (...args: string[]) =>
    mustRun(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: work });
  await git('push', '--quiet', '--tags', String(remote), 'HEAD:main');
  const compose = join(work, 'compose.yml');
  const changed = (await readFile(compose, 'utf8'))
    .replace('=1.1.0+1.24.0', '=1.2.0+1.24.0')
    .replace('retries: 5', 'retries: 3');
  await writeFile(compose, changed);
  await git('commit', '--quiet', '--all', '--message', 'Publish 1.2.0');
  await git('push', '--quiet', String(remote), 'HEAD:publish');
  return (await git('rev-parse', 'HEAD')).stdout.trim();
}

async function configure(
  config: string,
  { forge, url, port }: { readonly forge: string; readonly url: string; readonly port: number },
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(config, 'recipes', RECIPE), { recursive: true });
  const settings = {
    listen: `127.0.0.1:${port}`,
    publicUrl: url,
    forges: [
      {
        id: 'demo',
        url: forge,
        tokenFile: 'forge-token',
        webhookSecretFiles: ['hook-secret'],
        trust: { organisation: OWNER },
      },
    ],
    worker: { slots: 2, domainSuffix: 'ci.test' },
  };
  // JSON is YAML.
  await writeFile(join(config, 'server.yaml'), JSON.stringify(settings));
  const recipe = { repository: { forge: 'demo', owner: OWNER, name: RECIPE } };
  await writeFile(join(config, 'recipes', RECIPE, 'recipe.yaml'), JSON.stringify(recipe));
  for (const [name, value] of Object.entries(secrets)) {
    await writeFile(join(config, name), `${value}\n`, { mode: 0o600 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
