import { expect, test } from 'vitest';
import { mayJudge } from '../../src/run/janitor.ts';
import { homeOf } from '../../src/run/run-directory.ts';
import { runLabels } from '../../src/swarm/label.ts';

const NOW = 1_800_000_000;
const here = homeOf({ state: '/srv/here' });
const labels = (home: string | undefined, expires: number) => runLabels({ runId: 'r', recipe: 'notes', home, expires });

test('a run of this installation is judged by its lock, whatever its age', () => {
  expect(mayJudge(labels(here, NOW + 3600), here, NOW)).toBe(true);
  expect(mayJudge(labels(here, NOW - 3600), here, NOW)).toBe(true);
});

test('a run of another installation, or of none, is left alone for as long as it may be alive', () => {
  const elsewhere = homeOf({ state: '/srv/elsewhere' });
  for (const home of [elsewhere, undefined]) {
    expect(mayJudge(labels(home, NOW + 3600), here, NOW)).toBe(false);
    expect(mayJudge(labels(home, NOW - 1), here, NOW)).toBe(true);
  }
});

test('what carries no label of a run is nobody’s to judge', () => {
  expect(mayJudge({ 'cc-ci.managed': 'true' }, here, NOW)).toBe(false);
  expect(mayJudge({ 'cc-ci.run': 'r', 'cc-ci.expires': 'soon' }, here, NOW)).toBe(false);
});
