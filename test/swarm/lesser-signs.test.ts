import { expect, test } from 'vitest';
import { isAnyOpen, lesserSigns } from '../../src/swarm/lesser-signs.ts';
import type { Cause } from '../../src/swarm/types.ts';
import { exit, observation, service, task } from './support.ts';

const db = service({ service: 'db', serviceId: 's-db', tasks: [exit(3, 500)] });
const app = service({ tasks: [task({ state: 'starting' })] });
const up = service({ service: 'cache', serviceId: 's-cache', running: 1, tasks: [task()] });

function cause(of: string): Cause {
  return { code: 'x', service: of, sentence: '', fault: 'recipe', hint: '', evidence: [], firstSignal: '' };
}

test('a single exit beside the cause of another service is told as a note', () => {
  expect(lesserSigns(observation([app, db]), [cause('app')])).toEqual([
    'also seen: db: the program ended with exit code 3, once',
  ]);
});

test('what is a cause already is not told again, nor beside a cause of the whole stack', () => {
  expect(lesserSigns(observation([app, db]), [cause('app'), cause('db')])).toEqual([]);
  expect(lesserSigns(observation([app, db]), [cause('')])).toEqual([]);
});

test('others are waited for while one of them is neither up nor named', () => {
  expect(isAnyOpen(observation([app, db]), [cause('app')])).toBe(true);
  expect(isAnyOpen(observation([app, up]), [cause('app')])).toBe(false);
  expect(isAnyOpen(observation([app]), [cause('app')])).toBe(false);
});
