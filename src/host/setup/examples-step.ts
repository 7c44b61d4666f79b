import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { countOf } from '../../base/text.ts';
import { makeExamples } from './examples.ts';
import type { DelegatedStep } from './step.ts';

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
