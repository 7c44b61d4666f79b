import { delay } from '../src/base/deadline.ts';
import { type ForgeScene, openForgeScene } from '../test/forge/support/scene.ts';
import { type Machine, openMachine } from '../test/server/support/test-server.ts';

/** A forge with a pull request, and a machine whose server watches it. */
export interface ServerScene extends AsyncDisposable {
  readonly forge: ForgeScene;
  readonly machine: Machine;
  /** Has deliveries sent to a server, once that watches the forge. */
  deliverTo(url: string, signal: AbortSignal): Promise<void>;
}

const SECRET = 'a secret of both sides';
const TICK_MS = 20;

export async function openServerScene(listen = '127.0.0.1:0'): Promise<ServerScene> {
  await using parts = new AsyncDisposableStack();
  const forge = parts.use(await openForgeScene());
  const machine = parts.use(await openMachine());
  await machine.configure(
    {
      listen,
      publicUrl: 'http://ci.test',
      forges: [
        {
          id: 'git',
          url: forge.double.url,
          tokenFile: 'token',
          webhookSecretFiles: ['hook-secret'],
          trust: { organisation: 'recipes' },
        },
      ],
      worker: { domainSuffix: 'ci.test', slots: 1 },
    },
    { token: forge.token, 'hook-secret': SECRET },
  );
  await machine.enrol('notebook', { repository: { forge: 'git', owner: 'recipes', name: 'notebook' } });
  const all = parts.move();
  return {
    forge,
    machine,
    async deliverTo(url, signal) {
      const ready = async () => {
        const answer = await fetch(`${url}/readyz`, { signal }).catch(() => undefined);
        return answer !== undefined && /"forge git",\s+"ok": true/.test(await answer.text());
      };
      while (!(await ready())) await delay(TICK_MS, signal);
      forge.double.state.repositories[0]?.hooks.push({ url: `${url}/hook/git`, secret: SECRET });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
