import { CodedError, formatError } from '../base/errors.ts';
import { append } from '../base/lists.ts';
import type { ConfigPaths, OwnRepository } from '../config/server.ts';
import { isTransient } from '../forge/errors.ts';
import { readConfiguration } from './configuration.ts';
import { findRepository } from './enrolment.ts';
import { type WatchedForge, watchForge } from './forges.ts';
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
          append(
            rights.nobodyTrusted ? wrong : limits,
            rights.missing.map((text) => `${listed.recipe}: ${text}`),
          );
        } catch (error: unknown) {
          if (isTransient(error) || !(error instanceof CodedError)) throw error;
          wrong.push(formatError(error));
        }
      }
      if (settings.own?.forge === forgeSettings.id) {
        const lacking = await missingBranches(watched, settings.own);
        const name = `our own repository ${settings.own.owner}/${settings.own.name}`;
        if (lacking.length === 0) fine.push(`${name}: its branches can be tested`);
        else wrong.push(`${name}: there is no branch ${lacking.join(', ')}`);
      }
    } catch (error: unknown) {
      if (!(error instanceof CodedError)) throw error;
      (isTransient(error) ? silent : wrong).push(`forge ${forgeSettings.id}: ${formatError(error)}`);
    }
  }
  return { fine, limits, wrong, silent };
}

async function missingBranches({ forge }: WatchedForge, own: OwnRepository): Promise<readonly string[]> {
  const heads = await Promise.all(own.branches.map((branch) => forge.branchHead(own, branch)));
  return own.branches.filter((_, index) => heads[index] === undefined);
}
