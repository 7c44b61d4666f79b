import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendDue } from '../../src/forge/outbox/send.ts';
import type { WatchedForge } from '../../src/server/forges.ts';
import { lookBesides } from '../../src/server/look-besides.ts';
import { openScene, RUNS, type Scene } from '../forge/support/scene.ts';
import { openTestStore, type TestStore } from '../store/support/test-store.ts';

let bench: TestStore;
let scene: Scene;
let look: () => Promise<void>;

beforeAll(async () => {
  bench = await openTestStore();
});
afterAll(() => bench[Symbol.asyncDispose]());
beforeEach(async () => {
  scene = await openScene(bench.store);
  const { forge } = scene.enrolled;
  const watched: WatchedForge = {
    forge,
    settings: {
      id: 'git',
      kind: 'gitea',
      url: scene.double.url,
      tokenFile: '',
      webhookSecretFiles: [],
      trust: { organisation: 'recipes', allow: [] },
    },
    me: () => undefined,
    identify: () => forge.whoAmI(),
    webhookSecrets: async () => [],
  };
  look = lookBesides(scene.bridge, watched, (_forge, repositoryId, { owner, name }) =>
    enrolled.has(name) ? undefined : { ...scene.enrolled, repositoryId, owner, name },
  );
});
afterEach(async () => {
  enrolled.clear();
  await bench.store.db.deleteFrom('reports').execute();
  await bench.store.db.deleteFrom('comments').execute();
  await scene[Symbol.asyncDispose]();
});

const enrolled = new Set<string>();
const answers = async () => {
  const me = await scene.enrolled.forge.whoAmI();
  const mailbox = (_forge: string, _id: number, name = { owner: '', name: '' }) => ({
    forge: scene.enrolled.forge,
    name,
    botId: me.id,
  });
  await sendDue({ db: bench.store.db, mailbox, runs: RUNS });
  return scene.double.state.comments.filter(({ body }) => body.includes('is not enrolled here')).length;
};

describe('a command on a repository of the organisation that is not enrolled', () => {
  test('is answered once, also when its webhook told nobody', async () => {
    await look();
    await scene.comment('ada', '!testme');
    await look();
    await scene.comment('ada', '!testme');
    await look();
    expect(await answers()).toBe(1);
  });

  test('is not answered to a stranger, nor is talk, nor where it is enrolled', async () => {
    await look();
    await scene.comment('mallory', '!testme');
    await scene.comment('ada', 'I would like a test.');
    await look();
    expect(await answers()).toBe(0);
    enrolled.add('notebook');
    await scene.comment('ada', '!testme');
    await look();
    expect(await answers()).toBe(0);
  });
});
