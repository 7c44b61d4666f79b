import { CodedError } from '../base/errors.ts';
import type { RawDocument } from './compose/document.ts';
import { loadStack, rawDocuments } from './compose/load.ts';
import { isRawMap } from './compose/raw.ts';
import type { Service, Stack } from './compose/types.ts';
import { editEnv, envValues, parseEnv } from './env.ts';
import { findLongNames, longNameError } from './names.ts';
import { parsePostCommands } from './post-commands.ts';
import { secretSpecs } from './secrets.ts';
import type { App, AppChoice, Recipe } from './types.ts';

/** The label abra writes for a commit rather than a release: eight digits, `+U` when the tree had changes. */
const CHAOS = /^[0-9a-f]{8}(\+U)?$/;

/**
 * Resolves a recipe for one domain, as `abra app new` and `abra app deploy` would: env, stack with abra's labels and the env
 * of `app`, secrets, time-out and post commands. What abra or Docker would refuse is refused.
 */
export async function resolveApp(recipe: Recipe, choice: AppChoice): Promise<App> {
  const env = resolveEnv(recipe, choice);
  const composeFiles = (env['COMPOSE_FILE'] ?? '').split(':');
  const source = { files: composeFiles, root: recipe.dir, overlays: choice.overlays };
  const [loaded, documents] = await Promise.all([loadStack({ ...source, env }), rawDocuments(source)]).catch(
    (error: unknown) => {
      throw error instanceof CodedError && error.code === 'E_COMPOSE_MISSING'
        ? missingOverlay(error, recipe, choice)
        : error;
    },
  );
  const stack = asDeployed(loaded, recipe, choice, env);
  const [long] = findLongNames(stack, choice.stackName);
  if (long !== undefined) throw longNameError(long);
  const timeout = readTimeout(stack, choice.stackName);
  const postCommands = (key: string) => parsePostCommands(key, env[key] ?? '', stack, recipe.abraSh);
  return {
    recipe,
    choice,
    env,
    composeFiles,
    stack,
    secrets: secretSpecs(stack, rawSecretNames(documents), recipe.sample),
    timeoutSeconds: timeout.seconds,
    postDeploy: postCommands('POST_DEPLOY_CMDS'),
    postUpgrade: postCommands('POST_UPGRADE_CMDS'),
    warnings: timeout.warnings,
  };
}

/** The env of an app: the sample, the choice, the stack's name, and above all of them the exports of `abra.sh`. */
function resolveEnv(recipe: Recipe, choice: AppChoice): Record<string, string> {
  const sample = envValues(recipe.sample);
  const typeKey = ['TYPE', 'RECIPE'].find((key) => sample[key] !== undefined);
  const typeName = typeKey === undefined ? recipe.name : (sample[typeKey] ?? '').split(':', 1)[0];
  const names = [...new Set([recipe.name, typeName])].filter((name) => name !== undefined && name !== '');
  const text = names.reduce<string>(
    (each, name) => each.replaceAll(`${name}.example.com`, choice.domain),
    recipe.sample.text,
  );
  // Editing the text (rather than the values) lets later lines of the sample refer to what was chosen.
  const edited = editEnv(text, {
    ...(typeKey === undefined ? {} : { [typeKey]: `${typeName}:${choice.versionLabel}` }),
    DOMAIN: choice.domain,
    LETS_ENCRYPT_ENV: '',
    ...choice.env,
    STACK_NAME: choice.stackName,
  });
  const env = { ...envValues(parseEnv(edited)), ...recipe.abraSh?.exports };
  return {
    ...env,
    COMPOSE_FILE: env['COMPOSE_FILE'] === undefined || env['COMPOSE_FILE'] === '' ? 'compose.yml' : env['COMPOSE_FILE'],
  };
}

/** A stack file that is not there is a mistake of whoever named it: at its place, and with the names that would do. */
function missingOverlay(error: CodedError, { sample, composeFiles }: Recipe, choice: AppChoice): CodedError {
  const chosen = choice.env['COMPOSE_FILE'] !== undefined;
  const line = sample.entries.findLast(({ key }) => key === 'COMPOSE_FILE')?.line;
  return new CodedError({
    code: error.code,
    message: `COMPOSE_FILE names ${error.where?.file ?? 'a file'}, which the recipe does not have`,
    fault: chosen ? 'usage' : 'recipe',
    where: chosen ? { key: 'COMPOSE_FILE' } : { file: '.env.sample', line, key: 'COMPOSE_FILE' },
    hint: `the recipe has ${composeFiles.join(', ')}`,
    cause: error,
  });
}

/** The `name:` of each secret as it is written, later files winning. */
function rawSecretNames(documents: readonly RawDocument[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (const { value } of documents) {
    const secrets = value['secrets'];
    if (!isRawMap(secrets)) continue;
    for (const [id, secret] of Object.entries(secrets)) {
      if (!isRawMap(secret)) continue;
      const name = isRawMap(secret['external']) ? secret['external']['name'] : secret['name'];
      if (typeof name === 'string') names[id] = name;
    }
  }
  return names;
}

function asDeployed(stack: Stack, recipe: Recipe, choice: AppChoice, env: Readonly<Record<string, string>>): Stack {
  const app = stack.services['app'];
  if (app === undefined) {
    throw new CodedError({
      code: 'E_NO_APP_SERVICE',
      message: 'no service is named app',
      fault: 'recipe',
      where: { file: 'compose.yml', key: 'services' },
      hint: 'name the main service app: abra keeps its labels there',
    });
  }
  const chaos = CHAOS.test(choice.versionLabel);
  const prefix = `coop-cloud.${choice.stackName}`;
  const labels = {
    ...app.deploy?.labels,
    [`${prefix}.recipe`]: recipe.name,
    [`${prefix}.chaos`]: String(chaos),
    // In a chaos deploy the file's own version label is kept, as abra does.
    ...(chaos ? { [`${prefix}.chaos-version`]: choice.versionLabel } : { [`${prefix}.version`]: choice.versionLabel }),
  };
  const deployed: Service = { ...app, environment: { ...env, ...app.environment }, deploy: { ...app.deploy, labels } };
  return { ...stack, services: { ...stack.services, app: deployed } };
}

function readTimeout(stack: Stack, stackName: string): { seconds: number | undefined; warnings: CodedError[] } {
  const label = `coop-cloud.${stackName}.timeout`;
  const services = [stack.services['app'], ...Object.values(stack.services)];
  const value = services.map((service) => service?.deploy?.labels?.[label]).find((each) => each !== undefined);
  if (value === undefined) return { seconds: undefined, warnings: [] };
  if (/^[1-9]\d{0,5}$/.test(value)) return { seconds: Number(value), warnings: [] };
  const warning = new CodedError({
    code: 'E_TIMEOUT_LABEL',
    message: `the label ${label} is ${JSON.stringify(value)}, which is no number of seconds`,
    fault: 'recipe',
    hint: 'write whole seconds, for example 300',
  });
  return { seconds: undefined, warnings: [warning] };
}
