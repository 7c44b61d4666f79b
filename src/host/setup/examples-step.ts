import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALLED, ownFile } from '../../base/own-files.ts';
import { countOf } from '../../base/text.ts';
import type { StatePaths } from '../../config/paths.ts';
import { makeExamples } from './examples.ts';
import type { DelegatedStep } from './step.ts';

/** Where the examples are made: in a clone beside their sources; an installed package may not be written to. */
export function examplesDirectory(paths: StatePaths): string {
  return INSTALLED ? join(paths.state, 'examples') : ownFile('examples');
}

/** Step: the git repositories of the example recipes, made in `targetDir` from the `sources` in `examplesDir`. */
export function examplesStep(examplesDir: string, targetDir: string): DelegatedStep {
  return {
    name: 'examples',
    async ensure() {
      if (!(await hasSources(examplesDir))) return { detail: 'none in this installation', did: undefined };
      const examples = await makeExamples(examplesDir, targetDir);
      const made = examples.filter((example) => example.made).map(({ name }) => name);
      return {
        detail: `${countOf(examples.length, 'example repository', 'example repositories')} in ${targetDir}`,
        did: made.length === 0 ? undefined : `made ${made.join(', ')} in ${targetDir}`,
      };
    },
  };
}

function hasSources(examplesDir: string): Promise<boolean> {
  return stat(join(examplesDir, 'sources')).then(
    () => true,
    () => false,
  );
}
