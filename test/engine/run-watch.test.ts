import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import type { Round } from '../../src/run/watch/round.ts';
import { connectEngine, type Engine } from '../../src/swarm/engine.ts';
import { listObjects, OBJECT_KINDS } from '../../src/swarm/inventory.ts';
import { RUN_LABEL, STACK_LABEL } from '../../src/swarm/types.ts';
import { openBench } from './support/cc-ci.ts';
import { makeTinyRecipe, tinyCompose } from './support/tiny-recipe.ts';
import { openWatchBench } from './support/watch-bench.ts';

const HEALTHY = 'mkdir -p /www; cat /etc/page > /www/index.html; exec httpd -f -p 80 -h /www';

interface Parts {
  readonly service?: string;
  readonly label?: string;
  readonly volumes?: string;
}

/** A page from a config, data in a volume that is backed up, and a label that means nothing. */
function compose({ service = HEALTHY, label = 'one', volumes = 'data:/data' }: Parts = {}): string {
  return tinyCompose('1.0.0+1', {
    service,
    more: `        - "backupbot.backup=true"
        - "some.label=${label}"
    configs:
      - {source: page, target: /etc/page}
    volumes: ["${volumes}"]
volumes:
  ${volumes.split(':')[0]}:
configs:
  page:
    name: \${STACK_NAME}_page_v1
    file: page.html
`,
  });
}

const FILES = {
  'compose.yml': compose(),
  'page.html': 'first\n',
  'README.md': '# tiny\n',
  'tests/holds.test.ts': `import { assert, http, test } from 'cc-ci/kit';
test('the page is there', async () => assert.equal((await http('/')).status, 200));
`,
};

/** Every step of a round with its outcome, in the order of their ends being of no interest. */
function outcomes({ steps }: Round): Record<string, string> {
  return Object.fromEntries(steps.map(({ step, status }) => [step, status]));
}

let engine: Engine;

beforeAll(async () => {
  engine = await connectEngine(readSettings().dockerSocket);
});

afterAll(() => engine.close());

async function objectsOf(runId: string, stackName: string): Promise<string[]> {
  const found = await listObjects(
    engine,
    ({ name, labels }) =>
      labels[RUN_LABEL] === runId || labels[STACK_LABEL] === stackName || name.startsWith(`${stackName}_`),
  );
  return OBJECT_KINDS.flatMap((kind) => found[kind].map(({ name }) => name));
}

test('after each save only what it can affect is done again, on the app that is up, and nothing is left', async () => {
  await using recipe = await makeTinyRecipe('watched');
  await recipe.release(FILES, '1.0.0+1');
  const out = await mkdtemp(join(tmpdir(), 'cc-ci-watch-'));
  await using _out = { [Symbol.asyncDispose]: () => rm(out, { recursive: true, force: true }) };
  await using watch = openWatchBench(recipe.dir, join(out, 'session'));
  const services = async () =>
    (await engine.services({ label: [`${STACK_LABEL}=${watch.app().plan.stackName}`] })).map(({ ID }) => ID);

  expect(outcomes(await watch.next())).toMatchObject({ install: 'pass', tests: 'pass' });
  const { plan, directory } = watch.app();
  const [first] = await services();
  expect((await stat(join(directory.work, 'credentials.json'))).mode & 0o777).toBe(0o600);

  await watch.save('README.md', '# tiny, and more\n');
  expect(await watch.next()).toMatchObject({ changed: ['README.md'], redone: ['lint'] });

  await watch.save('compose.yml', compose({ label: 'two' }));
  const relabelled = await watch.next();
  expect(outcomes(relabelled)).toMatchObject({ update: 'pass', tests: 'pass' });
  expect(await services()).toEqual([first]);

  await watch.save('page.html', 'second\n');
  const page = await watch.next();
  expect(outcomes(page)).toMatchObject({ update: 'pass' });
  expect(page.reasons).toEqual([
    expect.stringMatching(/^the config page changed and its name did not: here it is .*_page_v1_w[0-9a-f]{8} /),
  ]);

  await watch.save('compose.yml', compose({ label: 'two' }).replace('services:', 'services: ['));
  expect((await watch.next()).broken).toMatchObject({
    code: 'E_COMPOSE_YAML',
    fault: 'recipe',
    sentence: expect.stringMatching(/^compose\.yml:\d+/),
  });
  expect(await services()).toEqual([first]);

  await watch.save('compose.yml', compose({ label: 'two', service: 'exit 7' }));
  const crashed = await watch.next();
  expect(outcomes(crashed)).toMatchObject({ update: 'fail', tests: 'unver' });
  expect(crashed.steps.flatMap(({ problems }) => problems.map(({ code }) => code))).toContain('crash-loop');
  await watch.save('compose.yml', compose({ label: 'two' }));
  expect(outcomes(await watch.next())).toMatchObject({ update: 'pass', tests: 'pass' });

  watch.inbox.ask('backup');
  expect(outcomes(await watch.next())).toEqual({ backup: 'pass', restore: 'pass' });

  await watch.save('compose.yml', compose({ label: 'two', volumes: 'other:/data' }));
  const anew = await watch.next();
  expect(outcomes(anew)).toMatchObject({ install: 'pass' });
  expect(anew.reasons).toEqual(['the volume data is gone', 'the volume other is new', 'app mounts volumes elsewhere']);
  expect(await services()).not.toContain(first);

  const { residue, rounds } = await watch.end();
  expect({ residue, rounds }).toEqual({ residue: [], rounds: 9 });
  expect(await objectsOf(plan.runId, plan.stackName)).toEqual([]);
  expect(await readdir(join(out, 'session'))).not.toContain('work');
});

test('a session that is killed is finished by the janitor', async () => {
  await using recipe = await makeTinyRecipe('watched');
  await recipe.release({ 'compose.yml': compose(), 'page.html': 'first\n' }, '1.0.0+1');
  await using bench = await openBench();
  const { child, ended } = bench.start(['test', recipe.dir, '--watch', '--json']);
  const lines: string[] = [];
  for await (const chunk of child.stdout ?? []) {
    lines.push(String(chunk));
    if (lines.join('').includes('\n')) break;
  }
  expect(JSON.parse(lines.join('').split('\n')[0] ?? '')).toMatchObject({ round: 1, broken: null });
  const up = await bench.leftovers();
  expect(up.length).toBeGreaterThan(3);
  child.kill('SIGKILL');
  await ended;
  const cleaned = await bench.run(['clean']);
  expect({ exitCode: cleaned.exitCode, left: await bench.leftovers() }).toEqual({ exitCode: 0, left: [] });
  const [runId] = await bench.runIds();
  expect(await bench.run(['explain', runId ?? ''])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('E_WATCHED'),
  });
});
