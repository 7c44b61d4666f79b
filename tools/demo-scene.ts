import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../src/base/process.ts';
import { statePaths } from '../src/config/paths.ts';
import { ensureHook } from '../src/forge/gitea/hooks.ts';
import type { ForgeComment, RepositoryName } from '../src/forge/types.ts';
import { makeExamples } from '../src/host/setup/examples.ts';
import { BOT_SCOPES, clientOf, must, openPull, type Stage } from '../test/forge/support/stage.ts';
import { openDoubleStage } from '../test/forge/support/stage-double.ts';
import { openRealStage, realForge } from '../test/forge/support/stage-real.ts';

/** A forge with an example recipe and an open pull request of it, and a configuration of a server that watches it. */
export interface DemoScene extends AsyncDisposable {
  readonly forgeUrl: string;
  readonly config: string;
  readonly state: string;
  /** Where the server listens. */
  readonly url: string;
  /** Comments on the pull request as a member of the organisation. */
  comment(body: string): Promise<void>;
  /** What the server has written on the pull request, oldest first. */
  reports(): Promise<readonly ForgeComment[]>;
  /** Every status that the head was ever given, oldest first. */
  statuses(): Promise<readonly SetStatus[]>;
}

export interface SetStatus {
  readonly id: number;
  readonly status: string;
  readonly context: string;
  readonly description: string;
}

export const RECIPE = 'static-site';
const READING = ['read:repository', 'read:issue'];

/** Sets the scene up on the forge that CC_CI_FORGE_URL names, or on the double; disposal removes all of it. */
export async function openDemoScene(): Promise<DemoScene> {
  await using parts = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-demo-'));
  parts.defer(() => rm(root, { recursive: true, force: true }));
  // PostgreSQL runs under an account of its own and has to get through to what is its.
  await chmod(root, 0o711);
  const state = join(root, 'state');
  // The router presents the certificate that set-up made.
  await cp(statePaths().tls, join(state, 'tls'), { recursive: true });
  const real = realForge();
  const stage = parts.use(await (real === undefined ? openDoubleStage() : openRealStage(real)));
  const member = await stage.addPerson('ada');
  const bot = await stage.addPerson('cc-ci');
  const owner = await stage.addOrganisation('recipes', { writers: [member, bot] });
  const name = await stage.addRepository(owner, RECIPE);
  const head = await pushPullRequest(root, stage, member, name);
  await openPull(stage, member, name, { head: 'publish', base: 'main' });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = 'a secret that both sides know';
  const admin = { url: stage.url, token: () => stage.adminToken() };
  await ensureHook(admin, name, { url: `${url}/hook/demo`, secret });
  const config = join(root, 'etc');
  const secrets = { 'forge-token': await stage.addToken(bot, BOT_SCOPES), 'hook-secret': secret };
  await configure(config, { forge: stage.url, owner, url, port }, secrets);
  const reader = clientOf(stage, await stage.addToken(member, READING));
  const repository = `repos/${owner}/${RECIPE}`;
  const all = parts.move();
  return {
    forgeUrl: stage.url,
    config,
    state,
    url,
    async comment(body) {
      await must(stage, member, 'POST', `${repository}/issues/1/comments`, { body });
    },
    reports: async () => (await reader.comments(name, 1)).filter(({ author }) => author.login === bot),
    async statuses() {
      const found = await must(stage, member, 'GET', `${repository}/commits/${head}/statuses?page=1&limit=50`);
      return (found as SetStatus[]).toSorted((left, right) => left.id - right.id);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The example with its releases on `main`, and a branch that publishes another one; the branch's commit. */
async function pushPullRequest(root: string, stage: Stage, login: string, name: RepositoryName): Promise<string> {
  await makeExamples(join(import.meta.dirname, '../examples'), join(root, 'examples'));
  const work = join(root, 'work');
  const remote = stage.remote(login, name);
  await mustRun(['git', 'clone', '--quiet', join(root, 'examples', RECIPE), work]);
  const git = (...args: string[]) =>
    mustRun(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: work });
  await git('push', '--quiet', '--tags', remote, 'HEAD:main');
  const compose = join(work, 'compose.yml');
  const changed = (await readFile(compose, 'utf8'))
    .replace('=1.1.0+1.24.0', '=1.2.0+1.24.0')
    .replace('retries: 5', 'retries: 3');
  await writeFile(compose, changed);
  await git('commit', '--quiet', '--all', '--message', 'Publish 1.2.0');
  await git('push', '--quiet', remote, 'HEAD:publish');
  return (await git('rev-parse', 'HEAD')).stdout.trim();
}

async function configure(
  config: string,
  { forge, owner, url, port }: Readonly<{ forge: string; owner: string; url: string; port: number }>,
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
        trust: { organisation: owner },
      },
    ],
    worker: { slots: 2, domainSuffix: 'ci.test' },
  };
  // JSON is YAML.
  await writeFile(join(config, 'server.yaml'), JSON.stringify(settings));
  const recipe = { repository: { forge: 'demo', owner, name: RECIPE } };
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
