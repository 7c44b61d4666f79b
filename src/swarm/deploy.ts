import { CodedError } from '../base/errors.ts';
import { mustRun, runProcess } from '../base/process.ts';
import type { ApiService } from './api-types.ts';
import { CauseError } from './causes/cause-error.ts';
import { causeOfRefusal } from './causes/registry.ts';
import type { Engine } from './engine.ts';
import { engineMoment } from './engine-clock.ts';
import { hashDocument, hashTemplate } from './hash.ts';
import { type DeployedService, type DeployRecord, STACK_LABEL } from './types.ts';
import { whileAnswering } from './while-answering.ts';

export type { DeployRecord } from './types.ts';

export interface DeployOptions {
  readonly stackName: string;
  /** The resolved stack file, every `$` in it doubled: the CLI interpolates. It travels by standard input. */
  readonly yaml: string;
  /** `never` keeps the references as written: images are pulled and pinned before. */
  readonly resolveImage?: 'never' | 'changed' | 'always' | undefined;
  /** Upper bound for the CLI to return, 120 s unless given; convergence is waited for elsewhere. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** As `readCliVersion` found it; looked up when not given. */
  readonly cliVersion?: string | undefined;
}

/**
 * Creates or updates a stack with `docker stack deploy` and records how each service stood before and after. Services
 * that the file no longer names stay (see `pruneServices`).
 *
 * A refusal is a `CauseError` with code `E_DEPLOY` that carries the recognised cause; a CLI that does not end in time is
 * `E_DEPLOY_TIMEOUT`. Either way part of the stack may exist: teardown has to follow.
 */
export async function deployStack(engine: Engine, options: DeployOptions): Promise<DeployRecord> {
  const { stackName } = options;
  const [before, cliVersion] = await Promise.all([stackServices(engine, stackName), cliVersionOf(options)]);
  // Newer CLIs announce that waiting will become their default; 20.10 does not know the flag.
  const detach = Number.parseInt(cliVersion, 10) >= 26 ? ['--detach=true'] : [];
  const moment = await engineMoment(engine);
  const result = await whileAnswering(engine, options.signal, (signal) =>
    runProcess(
      [
        'docker',
        'stack',
        'deploy',
        '--resolve-image',
        options.resolveImage ?? 'never',
        ...detach,
        '--compose-file',
        '-',
        stackName,
      ],
      {
        input: options.yaml,
        // A variable without a value in the file would be taken from the environment: the host's is no recipe's business.
        cleanEnv: true,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          DOCKER_CONFIG: process.env['DOCKER_CONFIG'],
          DOCKER_HOST: `unix://${engine.socket}`,
        },
        timeoutMs: options.timeoutMs ?? 120_000,
        signal,
      },
    ),
  );
  options.signal?.throwIfAborted();
  if (result.exitCode !== 0) {
    if (result.timedOut || result.startError !== undefined) throw cliFailure(result.startError, result.ms);
    throw new CauseError('E_DEPLOY', causeOfRefusal(result.stderr, new Date()));
  }
  const after = await stackServices(engine, stackName);
  return {
    stackName,
    cliVersion,
    ...moment,
    ms: result.ms,
    services: after.map((service) => compareService(stackName, service, before)),
    warnings: result.stderr
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  };
}

/**
 * The present state of a stack as a record of a deploy that changes nothing: lets `converge` wait for services that were
 * scaled or restarted.
 */
export async function recordPresent(engine: Engine, stackName: string): Promise<DeployRecord> {
  const moment = await engineMoment(engine);
  const present = await stackServices(engine, stackName);
  return {
    stackName,
    cliVersion: '',
    ...moment,
    ms: 0,
    services: present.map((service) => compareService(stackName, service, present)),
    warnings: [],
  };
}

/** The version of the docker CLI on the path, e.g. `28.2.2`. Fails with `E_DOCKER_CLI` when there is none. */
export async function readCliVersion(): Promise<string> {
  const { stdout } = await mustRun(['docker', '--version'], { timeoutMs: 20_000 }).catch((error: unknown) => {
    throw new CodedError({
      code: 'E_DOCKER_CLI',
      message: 'the docker CLI cannot be run',
      fault: 'infrastructure',
      hint: 'install the package docker.io or docker-cli; the Engine has no interface of its own for stack files',
      cause: error,
    });
  });
  return /version (?<version>[^,\s]+)/.exec(stdout)?.groups?.['version'] ?? stdout.trim();
}

/** The services of a stack, by their label. */
export function stackServices(engine: Engine, stackName: string): Promise<readonly ApiService[]> {
  return engine.services({ label: [`${STACK_LABEL}=${stackName}`] });
}

/** A service's key in the stack file: its name without the stack's. */
export function shortName(stackName: string, serviceName: string): string {
  return serviceName.startsWith(`${stackName}_`) ? serviceName.slice(stackName.length + 1) : serviceName;
}

/** Compares a service with the one of the same id before the deploy. Pure. */
export function compareService(stackName: string, service: ApiService, before: readonly ApiService[]): DeployedService {
  const previous = before.find(({ ID }) => ID === service.ID);
  const specHash = hashDocument(service.Spec);
  const taskHash = hashTemplate(service.Spec.TaskTemplate);
  const sameTasks = previous !== undefined && hashTemplate(previous.Spec.TaskTemplate) === taskHash;
  const sameEndpoint =
    previous !== undefined && hashDocument(previous.Spec.EndpointSpec) === hashDocument(service.Spec.EndpointSpec);
  const same = previous !== undefined && hashDocument(previous.Spec) === specHash;
  return {
    service: shortName(stackName, service.Spec.Name),
    serviceId: service.ID,
    kind: previous === undefined ? 'created' : same ? 'unchanged' : 'updated',
    image: service.Spec.TaskTemplate.ContainerSpec?.Image ?? '',
    versionBefore: previous?.Version.Index,
    versionAfter: service.Version.Index,
    updateStartedBefore: previous?.UpdateStatus?.StartedAt,
    specHash,
    taskHash,
    templateChanged: !sameTasks,
    replacesTasks: !sameTasks || !sameEndpoint,
  };
}

function cliVersionOf(options: DeployOptions): Promise<string> {
  return options.cliVersion === undefined ? readCliVersion() : Promise.resolve(options.cliVersion);
}

function cliFailure(startError: string | undefined, ms: number): CodedError {
  return new CodedError({
    code: startError === undefined ? 'E_DEPLOY_TIMEOUT' : 'E_DOCKER_CLI',
    message:
      startError === undefined
        ? `docker stack deploy did not return within ${Math.round(ms / 1000)} s`
        : `the docker CLI cannot be run: ${startError}`,
    fault: 'infrastructure',
  });
}
