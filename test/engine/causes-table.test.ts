import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawSample } from '../support/draw.ts';
import { CANARIES } from './canaries/all.ts';
import { wrongCompose } from './canaries/wrong-compose.ts';
import { causeTable } from './support/cause-table.ts';
import { type Bench, openBench } from './support/cc-ci.ts';
import { judgeSpeed, runCanary, type Watched } from './support/run-canary.ts';
import { makeTinyRecipe } from './support/tiny-recipe.ts';

/** All canaries in a full run, else six drawn by a seed: four that the Engine shows, one of full networks, one of routes. */
const chosen = drawSample(CANARIES, {
  suite: 'causes',
  nameOf: ({ code, title }) => `${code} (${title})`,
  groupOf: (canary) => (canary.kind === 'swarm' ? `swarm ${CANARIES.indexOf(canary) % 4}` : canary.kind),
});

/** A wrong recipe is a failure, a wrong host an error. */
const EXIT_OF = { recipe: 1, image: 1, usage: 2, infrastructure: 3, 'cc-ci': 3 } as const;

let bench: Bench;
const watched: Watched[] = [];

beforeAll(async () => {
  bench = await openBench();
});

afterAll(async () => {
  process.stdout.write(`${causeTable(watched)}\n`);
  await bench[Symbol.asyncDispose]();
});

test.each(chosen)('$code is named in time and in words: $title', async (canary) => {
  const one = await runCanary(bench, canary);
  watched.push(one);
  const { results, exitCode, stderr } = one;
  expect(exitCode, stderr).toBe(EXIT_OF[canary.fault]);
  if (results === undefined) {
    const line = stderr.split('\n').find((text) => text.endsWith(`[${canary.code}]`));
    expect(line, stderr).toMatch(canary.sentence);
  } else {
    const [leading, ...others] = results.findings;
    expect(leading).toMatchObject({ code: canary.code, fault: canary.fault });
    expect(leading?.sentence).toMatch(canary.sentence);
    if (canary.evidence !== undefined) expect(leading?.evidence.join('\n')).toMatch(canary.evidence);
    if (canary.others !== undefined) expect(others.map(({ code }) => code)).toEqual(canary.others);
    if (canary.notes !== undefined) expect(results.notes).toContainEqual(expect.stringMatching(canary.notes));
    expect(results.residue).toEqual([]);
  }
  expect(one.first, 'the recorder saw no sign').toBeDefined();
  // `npm run causes` holds the limit itself. Here it is only told from a wait for the end of the time, on a busy machine, too.
  const { ms, limitMs } = judgeSpeed(one);
  expect(ms, 'milliseconds from the deciding sign to the verdict').toBeLessThanOrEqual(5 * limitMs);
  expect(await bench.leftovers()).toEqual([]);
});

test('a start that fails once and then holds is no failure, and is mentioned', async () => {
  await using recipe = await makeTinyRecipe('once');
  const run =
    'test -e /data/seen || { touch /data/seen; exit 1; }; mkdir -p /www; echo up > /www/index.html; exec httpd -f -p 80 -h /www';
  const compose = wrongCompose({
    run,
    app: ['volumes: ["data:/data"]'],
    deploy: ['restart_policy: {delay: 500ms}'],
    top: ['volumes:', '  data:'],
  });
  await recipe.release({ 'compose.yml': compose });
  const results = await recipe.test(['install']);
  expect(results).toMatchObject({ verdict: 'success', findings: [], residue: [] });
  expect(results.notes).toContain('app: ended once before it was ready (exit code 1)');
});
