import { spawnSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mustRun, runProcess } from '../../src/base/process.ts';
import { statePaths } from '../../src/config/paths.ts';
import { readSettings } from '../../src/config/settings.ts';
import { findEdge } from '../../src/edge/find-edge.ts';
import { waitServing } from '../../src/edge/wait-serving.ts';
import type { RunResults, Tier } from '../../src/results/schema.ts';
import type { Reporter } from '../../src/run/reporter.ts';
import { deployStack } from '../../src/swarm/deploy.ts';
import { connectEngine } from '../../src/swarm/engine.ts';
import { removeStack } from '../../src/swarm/teardown.ts';
import { RUN_LABEL } from '../../src/swarm/types.ts';
import { drawSample } from '../support/draw.ts';
import { BUSYBOX } from '../support/set-up/test-images.ts';
import { makeTinyRecipe, type TinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

/** Each builds a situation that looks green on a real Engine, and holds what the run says of it. */

function rungOf(results: RunResults, tier: Tier) {
  return results.rungs.find((rung) => rung.tier === tier);
}

const WELL = 'mkdir -p /www; echo well > /www/index.html; exec httpd -f -p 80 -h /www';

describe('an upgrade that moves nothing', () => {
  test('is red though Swarm counts it as an update: only remarks and the version label differ (RT-01)', async () => {
    await using recipe = await makeTinyRecipe('remark');
    const withRemark = (version: string, remark: string) =>
      tinyCompose(version, { service: WELL }).replace(
        `        - "traefik.enable=true"`,
        `        - "traefik.enable=true"\n        - "org.example.remark=${remark}"`,
      );
    await recipe.release({ 'compose.yml': withRemark('1.0.0+1', 'old') }, '1.0.0+1');
    await recipe.release({ 'compose.yml': withRemark('1.1.0+1', 'new') }, '1.1.0+1');
    const results = await recipe.test(['upgrade']);
    expect(results.verdict).toBe('failure');
    expect(results.findings[0]).toMatchObject({
      tier: 'upgrade',
      code: 'noop-upgrade',
      sentence: 'the update from 1.0.0+1 changed nothing that runs',
    });
  });

  test('has not reached the head when its tag was moved under it (RT-50)', async () => {
    const tag = 'cc-ci-test/false-green-moving:1';
    await mustRun(['docker', 'tag', BUSYBOX, tag]);
    onTestFinished(async () => {
      await runProcess(['docker', 'image', 'rm', tag]);
    });
    await using recipe = await makeTinyRecipe('moving');
    const moving = (version: string, extra: string) =>
      tinyCompose(version, { service: WELL, more: extra }).replace(BUSYBOX, tag);
    const other = `  other:\n    image: ${BUSYBOX}\n    stop_grace_period: 1s`;
    await recipe.release({ 'compose.yml': moving('1.0.0+1', '') }, '1.0.0+1');
    await recipe.release({ 'compose.yml': moving('1.1.0+1', other) }, '1.1.0+1');
    // Between the two looks that pin the images, and before anything else can happen.
    const moveTag: Reporter = (event) => {
      if (event.event !== 'fact' || event.fact.fact !== 'served' || event.fact.moment !== 'install') return;
      const built = spawnSync('docker', ['build', '--quiet', '--tag', tag, '-'], {
        input: `FROM ${BUSYBOX}\nLABEL moved=yes\n`,
        env: { ...process.env, DOCKER_BUILDKIT: '0' },
      });
      if (built.status !== 0) throw new Error(String(built.stderr));
    };
    const results = await recipe.test(['upgrade'], {}, moveTag);
    const pins = results.images.filter(({ reference }) => reference === tag);
    expect(pins.map(({ moment }) => moment)).toEqual(['base', 'head']);
    expect(results).toMatchObject({ verdict: 'error', fault: 'infrastructure' });
    expect(results.findings[0]).toMatchObject({ tier: 'upgrade', code: 'image-moved', service: 'app' });
  });
});

test('an answer that another stack gives is not the app’s (RT-08)', async () => {
  const engine = await connectEngine(readSettings().dockerSocket);
  const { domainSuffix } = readSettings();
  const stackName = `false-green-${process.pid}`;
  const domain = `${stackName}.${domainSuffix}`;
  const runId = `false-green-${process.pid}`;
  onTestFinished(async () => {
    await removeStack(engine, { stackName: `${stackName}-other`, runId });
    engine.close();
  });
  await using recipe = await makeTinyRecipe('claimed');
  // The app runs and takes only what nobody asks for: without the other stack it would be a plain 404.
  const rule = 'Host(`${DOMAIN}`) && PathPrefix(`/nobody-asks`)';
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service: WELL, rule }) });
  const labels = {
    [RUN_LABEL]: runId,
    'traefik.enable': 'true',
    'traefik.http.services.other.loadbalancer.server.port': '80',
    'traefik.http.routers.other.rule': `Host(\`${domain}\`)`,
    'traefik.http.routers.other.entrypoints': 'web-secure',
    'traefik.http.routers.other.tls': 'true',
  };
  const other = {
    version: '3.8',
    services: {
      other: {
        image: BUSYBOX,
        command: ['sh', '-c', WELL],
        stop_grace_period: '1s',
        networks: ['proxy'],
        deploy: { labels, endpoint_mode: 'dnsrr' },
      },
    },
    networks: { proxy: { external: true } },
  };
  await deployStack(engine, { stackName: `${stackName}-other`, yaml: JSON.stringify(other) });
  const edge = await findEdge(engine, readSettings(), statePaths());
  if (edge === undefined) throw new Error('nothing routes host names on this machine');
  await waitServing(edge, { host: domain, path: '/', accepted: [200], timeoutMs: 100_000 });
  const results = await recipe.test(['install'], { domain });
  expect(results).toMatchObject({ verdict: 'error', level: 0, fault: 'infrastructure' });
  expect(results.findings[0]).toMatchObject({ tier: 'install', code: 'answered-by-another' });
});

test('what nobody of ours made and bears the stack’s name is residue, is named, and stays (RT-25)', async () => {
  await using recipe = await makeTinyRecipe('residue');
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service: WELL }) });
  let volume = '';
  const strew: Reporter = (event) => {
    if (event.event !== 'fact' || event.fact.fact !== 'served') return;
    spawnSync('docker', ['volume', 'create', volume]);
  };
  onTestFinished(async () => {
    await mustRun(['docker', 'volume', 'rm', volume]);
  });
  const results = await recipe.test(['install'], {}, (event) => {
    if (event.event === 'planned') volume = `${event.plan.stackName}_stranger`;
    strew(event);
  });
  expect(results).toMatchObject({ verdict: 'failure', fault: 'cc-ci', residue: [expect.stringContaining(volume)] });
  expect(results.findings).toEqual([expect.objectContaining({ code: 'left-behind', fault: 'cc-ci' })]);
});

test('a secret in a log is masked; one that a test attaches, however disguised, flips the verdict (RT-37)', async () => {
  await using recipe = await makeTinyRecipe('teller');
  const teller = tinyCompose('1.0.0+1', {
    service: `cat /run/secrets/password; echo; base64 /run/secrets/password; ${WELL}`,
    more: 'secrets:\n  password:\n    external: true\n    name: ${STACK_NAME}_password_${SECRET_PASSWORD_VERSION}\n',
  }).replace('    networks: [proxy]', '    secrets: [password]\n    networks: [proxy]');
  const env = 'TYPE=teller\nDOMAIN=teller.example.com\nSECRET_PASSWORD_VERSION=v1\n';
  const telling = `import { app, attach, exec, http, test } from 'cc-ci/kit';
test('tells', async () => {
  await http('/');
  const { stdout } = await exec('app', ['base64', '/run/secrets/password']);
  await attach('notes.txt', 'see ' + stdout + app.domain);
});
`;
  await recipe.release({ 'compose.yml': teller, '.env.sample': env, 'tests/tell.test.ts': telling });
  expect(await recipe.test(['install'])).toMatchObject({ verdict: 'success', flags: { noSecretLeak: true } });
  const results = await recipe.test(['functional']);
  expect(results).toMatchObject({ verdict: 'failure', flags: { noSecretLeak: false } });
  expect(results.findings[0]).toMatchObject({
    code: 'secret-in-artifact',
    sentence: expect.stringMatching(/^a secret value stands in \S*notes\.txt: .*\(base64\)/),
  });
});

test('tests that pass without asking the app are red (RT-22)', async () => {
  await using recipe = await makeTinyRecipe('idle');
  const idle = "import test from 'node:test';\ntest('all is well', () => undefined);\n";
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service: WELL }), 'tests/idle.test.ts': idle });
  const results = await recipe.test(['functional']);
  expect(results.verdict).toBe('failure');
  expect(results.findings[0]).toMatchObject({ tier: 'functional', code: 'tests-ask-nothing' });
});

/** A service beside the app with one file in a volume, whose hook is to write it. */
function saved(hook: string): string {
  return `  saved:
    image: ${BUSYBOX}
    command: ["sh", "-c", "echo 'SELECT 1;' > /data/backup.sql; exec sleep 1000"]
    stop_grace_period: 1s
    volumes: ["data:/data"]
    deploy:
      labels:
        - "backupbot.backup=true"
        - "backupbot.backup.pre-hook=${hook}"
        - "backupbot.backup.volumes.data.path=backup.sql"
volumes:
  data:
`;
}

interface Slow {
  readonly name: string;
  readonly act: (recipe: TinyRecipe) => Promise<RunResults>;
  readonly tier: Tier;
  readonly verdict: RunResults['verdict'];
  readonly finding: object;
}

/** What takes its time, as it waits for something that does not come: one of them by default, all in a full run. */
const SLOW: readonly Slow[] = [
  {
    name: 'an app that its own post-upgrade command breaks is not up (RT-09)',
    async act(recipe) {
      const env = 'TYPE=slow\nDOMAIN=slow.example.com\n';
      const base = tinyCompose('1.0.0+1', { service: WELL });
      const head = tinyCompose('1.1.0+1', { service: `export NEW=1; ${WELL}` });
      const broken = {
        'compose.yml': head,
        '.env.sample': `${env}POST_UPGRADE_CMDS="app migrate"\n`,
        'abra.sh': 'migrate() { rm /www/index.html; }\n',
      };
      await recipe.release({ 'compose.yml': base, '.env.sample': env }, '1.0.0+1');
      await recipe.release(broken, '1.1.0+1');
      return recipe.test(['upgrade']);
    },
    tier: 'upgrade',
    verdict: 'failure',
    finding: { fault: 'recipe', sentence: expect.stringContaining('404') },
  },
  {
    name: 'a front page that leads to an error is not up (RT-09)',
    async act(recipe) {
      const script = [
        'mkdir -p /www/cgi-bin',
        'cd /www/cgi-bin',
        "echo '#!/bin/sh' > index.cgi",
        "echo '(echo Status: 302 Found; echo Location: /out-of-order; echo) | unix2dos' >> index.cgi",
        'chmod +x index.cgi',
        'exec httpd -f -p 80 -h /www',
      ];
      await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service: script.join('; ') }) });
      return recipe.test(['install']);
    },
    tier: 'install',
    verdict: 'failure',
    finding: { fault: 'recipe', sentence: expect.stringMatching(/\/out-of-order answers 404/) },
  },
  {
    name: 'a hook that the deadline cuts blames nobody (RT-26)',
    async act(recipe) {
      await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service: WELL, more: saved('sleep 100') }) });
      return recipe.test(['backup'], { deadlineSeconds: 30 });
    },
    tier: 'backup',
    verdict: 'error',
    finding: { code: 'interrupted', fault: 'infrastructure', sentence: 'cut short: the run took longer than 30 s' },
  },
  {
    name: 'a dump that was there before the backup is no dump (RT-16)',
    async act(recipe) {
      await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { service: WELL, more: saved('true') }) });
      return recipe.test(['backup']);
    },
    tier: 'backup',
    verdict: 'failure',
    finding: { code: 'stale-dump', sentence: expect.stringContaining('data:/backup.sql is old') },
  },
];

const chosen = drawSample(SLOW, { suite: 'false greens that take their time', nameOf: ({ name }) => name });

test.each(chosen)('$name', async ({ act, tier, verdict, finding }) => {
  await using recipe = await makeTinyRecipe('slow');
  const results = await act(recipe);
  expect(results.verdict).toBe(verdict);
  expect(results.findings[0]).toMatchObject({ tier, ...finding });
  expect(rungOf(results, tier)?.status).not.toBe('pass');
  expect(results.residue).toEqual([]);
});
