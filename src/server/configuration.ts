import { CodedError, formatError } from '../base/errors.ts';
import { countOf } from '../base/text.ts';
import { readSecretFile } from '../config/secret-file.ts';
import { type ConfigPaths, readServerSettings, type ServerSettings } from '../config/server.ts';
import { type EnrolmentList, readEnrolmentList } from './enrolment-list.ts';

/** All that an operator decides. */
export interface Configuration {
  readonly settings: ServerSettings;
  readonly list: EnrolmentList;
  /** Every secret that the settings name. */
  readonly secrets: readonly string[];
}

/** Reads settings, secrets and the list of what is enrolled; the first file that is wrong is an error, the list with all of it. */
export async function readConfiguration(config: ConfigPaths): Promise<Configuration> {
  const settings = await readServerSettings(config);
  const secrets = await readSecrets(settings, config);
  return { settings, list: await readList(config, settings), secrets };
}

/** Reads the list of what is enrolled. `E_ENROLMENT` names every mismatch with its file and key. */
export async function readList(config: ConfigPaths, settings: ServerSettings): Promise<EnrolmentList> {
  const forgeIds = settings.forges.map(({ id }) => id);
  const list = await readEnrolmentList(config.recipes, forgeIds);
  const [first, ...others] = list.problems;
  if (first === undefined) return list;
  if (others.length === 0) throw first;
  throw new CodedError({
    code: 'E_ENROLMENT',
    message: `${countOf(list.problems.length, 'entry', 'entries')} of ${config.recipes} cannot be used`,
    fault: 'usage',
    evidence: list.problems.flatMap((problem) => formatError(problem).split('\n')),
  });
}

/** Reads every secret that the settings name; the first one that cannot be used is an error. */
export async function readSecrets(settings: ServerSettings, config: ConfigPaths): Promise<readonly string[]> {
  const places = [
    ...settings.forges.flatMap(({ tokenFile, webhookSecretFiles }, index) => [
      { given: tokenFile, key: `forges.${index}.tokenFile` },
      ...webhookSecretFiles.map((given, n) => ({ given, key: `forges.${index}.webhookSecretFiles.${n}` })),
    ]),
    ...settings.uploadTokenFiles.map((given, n) => ({ given, key: `uploadTokenFiles.${n}` })),
    ...(settings.worker.uploadTokenFile === undefined
      ? []
      : [{ given: settings.worker.uploadTokenFile, key: 'worker.uploadTokenFile' }]),
    ...(settings.databaseUrlFile === undefined ? [] : [{ given: settings.databaseUrlFile, key: 'databaseUrlFile' }]),
  ];
  const secrets: string[] = [];
  for (const place of places) secrets.push(await readSecretFile({ ...place, configDirectory: config.directory }));
  return secrets;
}
