import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { CodedError, messageOf } from '../base/errors.ts';
import { loadStack } from '../recipe/compose/load.ts';
import { printStack, renderForDeploy } from '../recipe/compose/render.ts';
import { envValues, parseEnv } from '../recipe/env.ts';
import { requireSource } from './require-source.ts';

interface ConfigFlags {
  readonly composeFile: readonly string[];
  readonly envFile: readonly string[];
  readonly forDeploy?: boolean;
}

/** `cc-ci config`: the resolved stack file of a directory, which need not be a git repository. */
export function configCommand(): Command {
  return new Command('config')
    .summary('print the resolved stack file of a directory')
    .description(
      'Loads stack files as `docker stack deploy` does and prints the result as YAML, comparable with `docker stack config`. Variables come only from the environment and from --env-file.',
    )
    .argument('[dir]', 'directory of the stack files', '.')
    .option(
      '-c, --compose-file <file>',
      'a stack file, relative to the directory; can be given several times',
      collect,
      [],
    )
    .option(
      '--env-file <file>',
      'a file of variables in the format of .env.sample; can be given several times',
      collect,
      [],
    )
    .option('--for-deploy', 'print the form that is handed to `docker stack deploy`')
    .action(async (directory: string, flags: ConfigFlags) => {
      requireSource(directory);
      const env = { ...currentEnvironment(), ...(await readEnvFiles(flags.envFile)) };
      const stack = await loadStack({ root: resolve(directory), files: filesToLoad(flags, env), env });
      if (flags.forDeploy !== true) {
        process.stdout.write(printStack(stack));
        return;
      }
      const { yaml, warnings } = renderForDeploy(stack);
      for (const warning of warnings) process.stderr.write(`cc-ci: ${warning}\n`);
      process.stdout.write(yaml);
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** `-c` decides; without it `COMPOSE_FILE` (parts between colons), as for an app; else `compose.yml`. */
function filesToLoad(flags: ConfigFlags, env: Readonly<Record<string, string>>): readonly string[] {
  if (flags.composeFile.length > 0) return flags.composeFile;
  const listed = env['COMPOSE_FILE'] ?? '';
  return listed === '' ? ['compose.yml'] : listed.split(':');
}

function currentEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

async function readEnvFiles(files: readonly string[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const file of files) Object.assign(values, envValues(parseEnv(await readEnvFile(file), file)));
  return values;
}

async function readEnvFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error: unknown) {
    throw new CodedError({
      code: 'E_ENV_FILE',
      message: `cannot read the file of variables ${file}: ${messageOf(error)}`,
      fault: 'usage',
      cause: error,
    });
  }
}
