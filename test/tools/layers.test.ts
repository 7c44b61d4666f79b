import { expect, test } from 'vitest';
import { judgeImports, roomOf } from '../../tools/layers.ts';

const one = (from: string, to: string) => ({ file: `src/${from}/x.ts`, from, to });

test('imports downwards and inside a layer are allowed', () => {
  expect(judgeImports([one('run', 'swarm'), one('swarm', 'recipe'), one('cli', 'base'), one('run', 'run')])).toEqual(
    [],
  );
});

test('an import upwards is named with its file', () => {
  expect(judgeImports([one('results', 'run')])).toEqual(['src/results/x.ts: results imports run, which lies above it']);
});

test('a circle within a layer is named once', () => {
  const problems = judgeImports([one('backup', 'edge'), one('edge', 'custom'), one('custom', 'backup')]);
  expect(problems).toEqual(['rooms import each other in a circle: backup → edge → custom → backup']);
});

test('a room that the table does not know is named', () => {
  expect(judgeImports([one('run', 'attic')])).toEqual(['src/run/x.ts: room attic is not in tools/layers.ts']);
});

test('the room of a file is its folder below src', () => {
  expect(roomOf('src/swarm/causes/oom-killed.ts')).toBe('swarm');
  expect(roomOf('tools/check.ts')).toBeUndefined();
});
