import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Server } from '../../src/server/server.ts';
import { type ForgeScene, openForgeScene } from '../forge/support/scene.ts';
import { WITHIN } from '../support/within.ts';
import { type Machine, openMachine } from './support/test-server.ts';

const SECRET = 'hook-secret';

let scene: ForgeScene;
let machine: Machine;
let server: Server | undefined;

/** Another forge for every test: what earlier ones left in the database is none of its business. */
let forge = '';
let tests = 0;

beforeAll(async () => {
  machine = await openMachine({ postgres: 'shared' });
});
afterAll(() => machine[Symbol.asyncDispose]());
beforeEach(async () => {
  tests += 1;
  forge = `git-${tests}`;
  machine.log.length = 0;
  await rm(machine.config.recipes, { recursive: true, force: true });
  scene = await openForgeScene();
  await machine.configure(settings(), { 'forge-token': scene.token, 'hook-secret': SECRET });
  await machine.enrol('notebook', { repository: { forge, owner: 'recipes', name: 'notebook' } });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await scene[Symbol.asyncDispose]();
});

const settings = (more: object = {}) => ({
  listen: '127.0.0.1:0',
  publicUrl: 'https://ci.example.org',
  forges: [
    {
      id: forge,
      url: scene.double.url,
      tokenFile: 'forge-token',
      webhookSecretFiles: ['hook-secret'],
      trust: { organisation: 'recipes' },
    },
  ],
  worker: { domainSuffix: 'ci.test' },
  pollSeconds: 1,
  ...more,
});
const start = async () => {
  server = await machine.start();
  return server;
};
const get = async (path: string) => {
  const answer = await fetch(`${server?.url}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const bodies = () => scene.double.state.comments.map(({ body }) => body);
/** The server has looked at the repository once: what comes now is new to it. */
const watching = () =>
  vi.waitUntil(async () => new RegExp(`"forge ${forge}",\\s+"ok": true`).test((await get('/readyz')).text), WITHIN);

const said = (text: string) => vi.waitUntil(() => bodies().some((body) => body.includes(text)), WITHIN);
const logged = (text: string) => vi.waitUntil(() => machine.log.some((line) => line.includes(text)), WITHIN);
/** The sender took a report up and put it back for this reason. */
const tried = async (why: string) => {
  await using store = await machine.openStore();
  const problems = () => store.db.selectFrom('reports').select('problem').where('sent_at', 'is', null).execute();
  await vi.waitUntil(async () => (await problems()).some(({ problem }) => problem === why), WITHIN);
};
/** What a comment becomes, counted where the server counts. */
const waitingOnPage = async () => (await get('/')).text.split(`<td>${forge} #1</td>`).length - 1;

describe('the server', () => {
  test('finds a comment by polling and says on the pull request that it waits', async () => {
    await start();
    await watching();
    await scene.comment('ada', '!testme');
    await said('Queued');
    expect(scene.double.state.statuses.map(({ state }) => state)).toContain('pending');
    expect((await get('/')).text).toContain('notebook');
  });

  test('hears of a comment by webhook, and makes one request of what the poll sees as well', async () => {
    await machine.configure(settings({ pollSeconds: 60 }), {});
    await start();
    await watching();
    scene.double.state.repositories[0]?.hooks.push({ url: `${server?.url}/hook`, secret: SECRET });
    await scene.comment('ada', '!testme');
    await said('Queued');
    await server?.reload();
    await watching();
    expect(await waitingOnPage()).toBe(1);
  });

  test('hears of a comment by webhook while the poll’s answers make no sense and the repository is doubted', async () => {
    await start();
    await watching();
    scene.double.state.repositories[0]?.hooks.push({ url: `${server?.url}/hook`, secret: SECRET });
    // What it is cannot be asked: until that is known it is what it was.
    scene.double.failWith(({ method, path }) => {
      if (method !== 'GET') return undefined;
      if (path.endsWith('/issues/comments')) return { status: 200, body: 'a page for people' };
      return path === 'repos/recipes/notebook' ? { status: 200, body: {} } : undefined;
    });
    await logged('a list was expected');
    await vi.waitUntil(
      () => scene.double.asked.filter(({ path }) => path === 'repos/recipes/notebook').length > 1,
      WITHIN,
    );
    await scene.comment('ada', '!testme');
    await said('Queued');
  });

  test('answers once on a repository that it hears of and nobody has enrolled', async () => {
    await rm(join(machine.config.recipes, 'notebook'), { recursive: true });
    await start();
    await watching();
    scene.double.state.repositories[0]?.hooks.push({ url: `${server?.url}/hook`, secret: SECRET });
    await scene.comment('mallory', '!testme');
    await scene.comment('ada', 'what is `!testme` for?');
    expect(bodies()).toHaveLength(2);
    await scene.comment('ada', '!testme');
    await scene.comment('ada', '!testme');
    await said('recipes/notebook is not enrolled here');
    await scene.double.delivered();
    expect(bodies().filter((body) => body.includes('is not enrolled here'))).toHaveLength(1);
    expect(bodies()).toHaveLength(5);
  });

  test('takes no delivery that is not signed with its secret', async () => {
    await start();
    await watching();
    const answer = await fetch(`${server?.url}/hook/${forge}`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(401);
    expect((await fetch(`${server?.url}/hook/other`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await get('/hook')).status).toBe(405);
  });

  test('loses nothing that was written while it was away', async () => {
    await start();
    await watching();
    await server?.stop();
    await scene.comment('ada', '!testme');
    await start();
    await said('Queued');
  });

  test('starts while a forge is down, says so, and begins when it is back', async () => {
    scene.double.failWith(() => ({ status: 502, body: { message: 'bad gateway' } }));
    await start();
    await logged(`forge ${forge}: GET`);
    expect((await get('/healthz')).status).toBe(200);
    const { status, text } = await get('/readyz');
    expect(status).toBe(503);
    expect(text).toContain('the forge answered 502');
    expect((await get('/')).text).toContain('the forge answered 502');
    scene.double.failWith(undefined);
    await watching();
  });

  test.each([
    ['shown', /^repos\/recipes\/broken$/],
    ['read', /^repos\/recipes\/broken\/issues/],
  ])('is not kept from the others by one repository that cannot be %s', async (_case, path) => {
    await scene.double.addRepository('recipes', 'broken');
    await machine.enrol('broken', { repository: { forge, owner: 'recipes', name: 'broken' } });
    scene.double.failWith((asked) =>
      path.test(asked.path) ? { status: 429, headers: { 'retry-after': '0' }, body: { message: 'later' } } : undefined,
    );
    await start();
    await vi.waitUntil(() => scene.double.asked.some(({ path: asked }) => /notebook\/issues/.test(asked)), WITHIN);
    await scene.comment('ada', '!testme');
    await said('Queued');
    expect((await get('/readyz')).text).toContain('the forge answered 429');
  });

  test('keeps what it has to say when it starts while the forge is down', async () => {
    await start();
    await watching();
    const away = { status: 502, body: { message: 'bad gateway' } };
    scene.double.failWith(({ method, login }) => (method === 'POST' && login === 'ccci' ? away : undefined));
    await scene.comment('ada', '!testme');
    await vi.waitUntil(async () => (await waitingOnPage()) === 1, WITHIN);
    await server?.stop();
    scene.double.failWith(() => away);
    await start();
    await tried('its forge has not answered yet');
    expect(bodies()).toHaveLength(1);
    scene.double.failWith(undefined);
    await said('Queued');
  });

  test('takes up a recipe that is enrolled while it runs, and lets go of one that is not any more', async () => {
    await scene.double.addRepository('recipes', 'wiki');
    await start();
    await watching();
    await machine.enrol('wiki', { repository: { forge, owner: 'recipes', name: 'wiki' } });
    await logged('enrolment: notebook, wiki');
    await vi.waitUntil(async () => (await get('/')).text.includes('<th>wiki</th>'), WITHIN);
    await rm(join(machine.config.recipes, 'wiki'), { recursive: true });
    await logged('enrolment: notebook');
  });

  test('keeps its list when the one on disk is wrong, and names the place', async () => {
    await start();
    await watching();
    await machine.enrol('wiki', { repository: { forge: 'gti', owner: 'recipes', name: 'wiki' } });
    await logged('the settings of the server know no forge gti');
    expect((await get('/')).text).toContain('<th>notebook</th>');
  });

  test('reads its settings anew when asked to, and goes on with the old ones where the new are wrong', async () => {
    await start();
    await watching();
    await machine.configure(settings({ pollSecond: 2 }), {});
    await server?.reload();
    expect(machine.log.at(-1)).toContain('did you mean pollSeconds?');
    await machine.configure(settings({ pollSeconds: 2 }), {});
    await server?.reload();
    await watching();
    await scene.comment('ada', '!testme');
    await said('Queued');
  });

  test('runs once on a state directory', async () => {
    await start();
    await expect(machine.start()).rejects.toMatchObject({ code: 'E_SERVER_RUNNING', fault: 'usage' });
  });

  test('says that a repository has another name now, and which file names the old one', async () => {
    await machine.enrol('gone', { repository: { forge, owner: 'recipes', name: 'gone' } });
    await start();
    await logged('recipes/gone is not on');
    expect(machine.log.join()).toContain(join(machine.config.recipes, 'gone', 'recipe.yaml'));
    expect((await get('/')).text).toContain('recipes/gone is not on');
  });
});
