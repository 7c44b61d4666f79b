import { mustRun, type ProcessOptions, type ProcessResult, runProcess } from '../../base/process.ts';
import type { StatePaths } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import { connectEngine, type Engine } from '../../swarm/engine.ts';

/** What every step of set-up works with. */
export interface SetupContext extends Disposable {
  readonly settings: Settings;
  readonly paths: StatePaths;
  /** The Engine, connected at the first call; only for steps after the one that starts it. */
  engine(): Promise<Engine>;
  /** Tells a person what is being done right now. */
  say(line: string): void;
}

/** The context of one set-up; disposing of it closes the connection to the Engine. */
export function openContext(settings: Settings, paths: StatePaths, say: (line: string) => void): SetupContext {
  let connected: Engine | undefined;
  return {
    settings,
    paths,
    say,
    async engine() {
      connected ??= await connectEngine(settings.dockerSocket);
      return connected;
    },
    [Symbol.dispose]: () => connected?.close(),
  };
}

/** Runs the Docker CLI against the Engine of the settings; it has to succeed. */
export function docker(
  context: SetupContext,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return mustRun(['docker', ...args], withEngine(context, options));
}

/** Runs the Docker CLI and reports how it ended. */
export function tryDocker(
  context: SetupContext,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return runProcess(['docker', ...args], withEngine(context, options));
}

function withEngine(context: SetupContext, options: ProcessOptions): ProcessOptions {
  return { ...options, env: { ...options.env, DOCKER_HOST: `unix://${context.settings.dockerSocket}` } };
}
