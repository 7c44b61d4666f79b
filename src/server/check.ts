import { CodedError, formatError } from '../base/errors.ts';
import type { ConfigPaths } from '../config/server.ts';
import { isTransient } from '../forge/errors.ts';
import { readConfiguration } from './configuration.ts';
import { findRepository } from './enrolment.ts';
import { watchForge } from './forges.ts';
import { lookAtRights } from './rights.ts';

/** What `cc-ci serve --check` found out, in the words it is printed in. */
export interface Checked {
  readonly fine: readonly string[];
  /** What works in a smaller way. */
  readonly limits: readonly string[];
  /** What the operator has to put right. */
  readonly wrong: readonly string[];
  /** Forges that did not answer: what depends on them is not known. */
  readonly silent: readonly string[];
}

/** Judges settings and enrolment, and asks the forges about every repository. Starts nothing and changes nothing. */
export async function checkConfiguration(config: ConfigPaths): Promise<Checked> {
  const { settings, list } = await readConfiguration(config);
  const fine = [`${config.settings}: understood`];
  const limits = list.unwatched.map((recipe) => `${recipe}: has settings, and no repository is watched for it`);
  const wrong: string[] = [];
  const silent: string[] = [];
  for (const [index, forgeSettings] of settings.forges.entries()) {
    const watched = watchForge(forgeSettings, index, config);
    try {
      const { login } = await watched.identify();
      fine.push(`forge ${forgeSettings.id}: answers ${login}`);
      for (const listed of list.recipes.filter(({ forge }) => forge === forgeSettings.id)) {
        try {
          await findRepository(watched, listed);
          const rights = await lookAtRights(watched, await watched.forge.repository(listed));
          if (rights.missing.length === 0) fine.push(`${listed.recipe}: ${listed.owner}/${listed.name} can be watched`);
          (rights.nobodyTrusted ? wrong : limits).push(...rights.missing.map((text) => `${listed.recipe}: ${text}`));
        } catch (error: unknown) {
          if (isTransient(error) || !(error instanceof CodedError)) throw error;
          wrong.push(formatError(error));
        }
      }
    } catch (error: unknown) {
      if (!(error instanceof CodedError)) throw error;
      (isTransient(error) ? silent : wrong).push(`forge ${forgeSettings.id}: ${formatError(error)}`);
    }
  }
  return { fine, limits, wrong, silent };
}
