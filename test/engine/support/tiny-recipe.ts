import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mustRun } from '../../../src/base/process.ts';
import { statePaths } from '../../../src/config/paths.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { RunResults, Tier } from '../../../src/results/schema.ts';
import { runRecipe } from '../../../src/run/execute.ts';
import type { Reporter } from '../../../src/run/reporter.ts';
import type { RunRequest } from '../../../src/run/types.ts';
import { BUSYBOX } from '../../support/set-up/test-images.ts';

/** A recipe of one 2 MB image in a repository of its own, and the directory its runs go to. */
export interface TinyRecipe extends AsyncDisposable {
  readonly dir: string;
  /** The directory of the run that was started last. */
  lastRun(): string;
  /** What is enrolled for it; made with `enroll`, and empty until then. */
  enroll(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes files, commits them, and tags the commit as a release when a version is given. */
  release(files: Readonly<Record<string, string>>, version?: string): Promise<void>;
  test(tiers: readonly Tier[], request?: Partial<RunRequest>, report?: Reporter): Promise<RunResults>;
}

/** An HTTP service that says its version, as a compose file; each part can be replaced. */
export function tinyCompose(version: string, parts: { service?: string; rule?: string; more?: string } = {}): string {
  return `version: "3.8"
services:
  app:
    image: ${BUSYBOX}
    command: ["sh", "-c", "${parts.service ?? `mkdir /www; echo ${version} > /www/index.html; exec httpd -f -p 80 -h /www`}"]
    stop_grace_period: 1s
    networks: [proxy]
    deploy:
      update_config: {failure_action: rollback, order: start-first, monitor: 1s}
      labels:
        - "traefik.enable=true"
        - "traefik.http.services.\${STACK_NAME}.loadbalancer.server.port=80"
        - "traefik.http.routers.\${STACK_NAME}.rule=${parts.rule ?? 'Host(`${DOMAIN}`)'}"
        - "traefik.http.routers.\${STACK_NAME}.entrypoints=web-secure"
        - "traefik.http.routers.\${STACK_NAME}.tls=true"
        - "coop-cloud.\${STACK_NAME}.version=${version}"
        - "coop-cloud.\${STACK_NAME}.timeout=20"
${parts.more ?? ''}
networks:
  proxy:
    external: true
`;
}

/** Makes an empty recipe with `.env.sample`; what it is made of comes with its first release. */
export async function makeTinyRecipe(name: string): Promise<TinyRecipe> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-tiny-'));
  const dir = join(root, name);
  await mkdir(dir);
  const git = (...args: string[]) =>
    mustRun(['git', '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: dir });
  await git('init', '--quiet', '--initial-branch=main', '.');
  await writeFile(join(dir, '.env.sample'), `TYPE=${name}\nDOMAIN=${name}.example.com\n`);
  let runs = 0;
  const enrolledDir = join(root, 'recipes');
  const writeAll = async (directory: string, files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
  };
  return {
    dir,
    lastRun: () => join(root, `run-${runs}`),
    enroll: (files) => writeAll(join(enrolledDir, name), files),
    async release(files, version) {
      await writeAll(dir, files);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message', version ?? 'change');
      if (version !== undefined) await git('tag', '--annotate', '--message', version, version);
    },
    async test(tiers, request = {}, report = () => undefined) {
      const whole: RunRequest = {
        source: dir,
        ref: undefined,
        base: undefined,
        tiers,
        domain: undefined,
        env: {},
        secrets: {},
        worktree: false,
        keep: false,
        deadlineSeconds: 900,
        ...request,
      };
      const { results } = await runRecipe(whole, {
        paths: statePaths(),
        settings: readSettings(),
        enrolledDir,
        outDir: join(root, `run-${(runs += 1)}`),
        signal: new AbortController().signal,
        report,
      });
      return results;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
