import { expect, test } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../src/config/read-yaml.ts';

const read = (text: string) => readYaml({ file: 'x.yaml', text, schema: z.record(z.string(), z.any()), code: 'E_X' });

test('an alias of nothing is an error at its line', () => {
  expect(() => read('a: 1\nb: *nothing\n')).toThrow(
    expect.objectContaining({ code: 'E_X', where: { file: 'x.yaml', line: 2, column: 4 } }),
  );
});

test('aliases that unfold without end are an error', () => {
  const levels = Array.from(
    { length: 12 },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]\n`,
  );
  expect(() => read(`a0: &a0 [x]\n${levels.join('')}`)).toThrow(expect.objectContaining({ code: 'E_X' }));
});
