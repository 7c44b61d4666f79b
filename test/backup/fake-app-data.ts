import type { AppData, ExecOptions } from '../../src/backup/app-data.ts';
import { CodedError } from '../../src/base/errors.ts';

export interface FakeApp {
  /** Directories that stand for volumes. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Exit code and output of a program; undefined when it cannot be started. */
  readonly exec?: (
    service: string,
    argv: readonly string[],
    options: ExecOptions,
  ) => { readonly exitCode: number; readonly stdout?: string; readonly stderr?: string } | undefined;
  readonly images?: Readonly<Record<string, string>>;
}

/** An app without an Engine: volumes are directories, programs are a function. */
export function fakeAppData(app: FakeApp): AppData {
  return {
    exec(service, argv, options = {}) {
      const result = app.exec?.(service, argv, options);
      if (result === undefined) {
        const error = new CodedError({ code: 'E_EXEC', message: `${argv[0]}: not found`, fault: 'recipe' });
        return Promise.reject(error);
      }
      return Promise.resolve({ stdout: '', stderr: '', ms: 1, ...result });
    },
    containerOf: (service) => Promise.resolve(`container of ${service}`),
    volumePath: (volume) => Promise.resolve(app.volumes[volume] ?? '/nowhere'),
    halt: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    waitReady: () => Promise.resolve(),
    inspectEnv: () => Promise.resolve({}),
    image: (service) => Promise.resolve(app.images?.[service] ?? 'app:1'),
  };
}
