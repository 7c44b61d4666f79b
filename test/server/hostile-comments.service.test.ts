import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openForgeScene } from '../forge/support/scene.ts';
import { WITHIN } from '../support/within.ts';
import { openMachine } from './support/test-server.ts';

const SERVER = join(import.meta.dirname, 'support/mortal-server.ts');
/** An upper bound for a busy machine. Each of these comments, read for its command, takes as long as this alone. */
const ANSWERS = () => AbortSignal.timeout(5000);

test('six comments of a stranger that take long to read are not read, and the server answers meanwhile', async () => {
  await using scene = await openForgeScene();
  await using machine = await openMachine({ postgres: 'shared' });
  await machine.configure(
    {
      listen: '127.0.0.1:0',
      publicUrl: 'https://ci.example.org',
      forges: [
        {
          id: 'git',
          url: scene.double.url,
          tokenFile: 'forge-token',
          webhookSecretFiles: ['hook-secret'],
          trust: { organisation: 'recipes' },
        },
      ],
      worker: { domainSuffix: 'ci.test' },
      pollSeconds: 1,
    },
    { 'forge-token': scene.token, 'hook-secret': 'hook-secret' },
  );
  await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
  // A process of its own: one that is blocked does not block whoever looks at it.
  const server = spawn(process.execPath, [SERVER, machine.config.directory], {
    env: { ...process.env, CC_CI_STATE: machine.paths.state, CC_CI_HOST_LOCKS: machine.paths.hostLocks },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(server, 'exit');
  try {
    let said = '';
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    const url = await vi.waitUntil(() => /listening on (?<url>\S+)/.exec(said)?.groups?.['url'], WITHIN);
    await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).ok, WITHIN);
    scene.double.state.repositories[0]?.hooks.push({ url: `${url}/hook/git`, secret: 'hook-secret' });
    const hostile = `!testme\n${'~'.repeat(40_000)}\u2028`;
    const written = [1, 2, 3, 4, 5, 6].map(() => scene.comment('mallory', hostile));
    for (let looks = 0; looks < 10; looks += 1) {
      expect((await fetch(`${url}/healthz`, { signal: ANSWERS() })).status).toBe(200);
    }
    await Promise.all(written);
    await scene.double.delivered();
    expect((await fetch(`${url}/healthz`, { signal: ANSWERS() })).status).toBe(200);
    // Whoever is trusted is heard all the same.
    await scene.comment('ada', '!testme');
    const answers = () => scene.double.state.comments.filter(({ author }) => author === 'ccci');
    await vi.waitUntil(() => answers().length > 0, WITHIN);
    expect(answers()).toHaveLength(1);
  } finally {
    server.kill('SIGTERM');
    await gone;
  }
});
