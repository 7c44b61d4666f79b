import { scalarText } from '../../compose/raw.ts';
import { placeOf } from '../look.ts';
import type { LintRule } from '../types.ts';

export const composeVersion: LintRule = {
  id: 'R001',
  severity: 'warn',
  needs: 'files',
  title: 'the compose format is version 3.8',
  fix: 'write version: "3.8" at the top of compose.yml',
  check: ({ documents }) => {
    const [first] = documents;
    if (first === undefined) return [];
    const version = first.value['version'];
    if (version === '3.8') return [];
    const message = version === undefined ? 'no version is given' : `the version is ${scalarText(version)}`;
    return [{ message, place: placeOf({ documents: [first] }, 'version') ?? { file: first.file, line: 1 } }];
  },
};
