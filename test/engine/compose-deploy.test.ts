import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { mustRun, runProcess } from '../../src/base/process.ts';
import { readSettings } from '../../src/config/settings.ts';
import { findProgram } from '../../src/host/setup/file-facts.ts';
import { loadStack } from '../../src/recipe/compose/load.ts';
import { renderForDeploy } from '../../src/recipe/compose/render.ts';
import { testHome } from '../support/home.ts';
import { findOracleCli } from '../support/set-up/oracle-cli.ts';

const STACK = 'compose-deploy-form';
const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', DOCKER_HOST: `unix://${readSettings().dockerSocket}` };

/** Every Docker CLI of this machine: the distribution's (20.10 on Debian 12) and the newer one that tests compare with. */
const candidates = [await findProgram('docker'), '/usr/bin/docker', await findOracleCli(testHome())];
const programs = [...new Set(candidates.filter((program) => program !== undefined))];

/** A stack that starts no task, with what tends to be lost between two readings: dollars, octals, words, durations. */
const COMPOSE = `
services:
  app:
    image: cc-ci.invalid/none:1
    command: ["sh", "-c", "echo $$HOME \${WHO:-you}"]
    environment:
      - PRICE=5$$
      - ANSWER=yes
      - EMPTY=
    labels: {date: "2024-01-01", octal: 0444}
    healthcheck: {test: "curl -f $$URL", interval: 1m30s, retries: 3, start_interval: 1s}
    networks: [proxy]
    configs: [{source: c, target: /c, mode: 0555}]
    deploy: {replicas: 0, update_config: {max_failure_ratio: 0.1}}
networks: {proxy: {external: true}}
configs: {c: {name: ${STACK}_c, file: c.conf}}
`;

afterEach(async () => {
  await runProcess(['docker', 'stack', 'rm', STACK]);
  const left = ['service', 'config'].map((kind) =>
    runProcess(['docker', kind, 'ls', '-q', '--filter', `label=com.docker.stack.namespace=${STACK}`]),
  );
  expect((await Promise.all(left)).map(({ stdout }) => stdout)).toStrictEqual(['', '']);
});

test.each(programs)('%s deploys our form, and the Engine gets the values as they were meant', async (program) => {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-compose-'));
  try {
    await writeFile(join(root, 'compose.yml'), COMPOSE);
    await writeFile(join(root, 'c.conf'), 'content');
    const { yaml } = renderForDeploy(await loadStack({ root, files: ['compose.yml'], env: { WHO: 'me' } }));
    const deploy = await runProcess([program, 'stack', 'deploy', '--resolve-image', 'never', '-c', '-', STACK], {
      input: yaml,
      cleanEnv: true,
      env,
    });
    expect(deploy, deploy.stderr).toMatchObject({ exitCode: 0 });
    const { stdout } = await mustRun(['docker', 'service', 'inspect', `${STACK}_app`]);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        Spec: {
          Mode: { Replicated: { Replicas: 0 } },
          UpdateConfig: { MaxFailureRatio: expect.closeTo(0.1, 6) },
          TaskTemplate: {
            ContainerSpec: {
              Args: ['sh', '-c', 'echo $HOME me'],
              Env: ['ANSWER=yes', 'EMPTY=', 'PRICE=5$'],
              Healthcheck: { Test: ['CMD-SHELL', 'curl -f $URL'], Interval: 90_000_000_000, Retries: 3 },
              Labels: {},
              Configs: [{ File: { Name: '/c', Mode: 0o555 } }],
            },
          },
        },
      },
    ]);
    expect(JSON.parse(stdout)[0].Spec.TaskTemplate.ContainerSpec.Labels).toMatchObject({
      date: '2024-01-01',
      octal: '292',
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
