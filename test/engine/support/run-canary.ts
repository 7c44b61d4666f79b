import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readSettings } from '../../../src/config/settings.ts';
import { RunResults } from '../../../src/results/schema.ts';
import { type Canary, type Ground, LIMITS_MS } from '../canaries/canary.ts';
import type { Sign, SignTest } from '../canaries/sign.ts';
import type { Bench, Ended } from './cc-ci.ts';
import { recordSigns } from './recorder.ts';
import { makeTinyRecipe } from './tiny-recipe.ts';

/** A real run of a canary, as it looked from outside. Times are Unix milliseconds of the recorder. */
export interface Watched extends Ended {
  readonly canary: Canary;
  /** Undefined where the run was refused before there was anything to judge. */
  readonly results: RunResults | undefined;
  readonly signs: readonly Sign[];
  readonly startedAtMs: number;
  /** When the first service was made; undefined where none was. */
  readonly createdAtMs: number | undefined;
  readonly first: Sign | undefined;
  readonly decisive: Sign | undefined;
  /** When the command said the leading code on its standard error, the first time. */
  readonly verdictAtMs: number | undefined;
}

/** Makes the canary's recipe and its ground, runs it as a person would, and records beside it. */
export async function runCanary(bench: Bench, canary: Canary): Promise<Watched> {
  const suffix = readSettings().domainSuffix;
  const domain = canary.domain?.(suffix) ?? `cny-${randomBytes(3).toString('hex')}.${suffix}`;
  // abra's rule for the name of a stack.
  const stackName = domain.replaceAll('.', '_').slice(0, 45);
  const early: { readonly what: string; readonly atMs: number }[] = [];
  let saw = (what: string): void => {
    early.push({ what, atMs: Date.now() });
  };
  await using ground: Ground = (await canary.prepare?.((what) => saw(what))) ?? NOTHING;
  await using recipe = await makeTinyRecipe('canary');
  const releases = canary.releases(ground.values ?? {});
  for (const [index, files] of releases.entries()) {
    await recipe.release(files, index === releases.length - 1 ? undefined : `1.${index}.0+1`);
  }
  await using recorder = await recordSigns({
    stackName,
    ...(canary.kind === 'route' ? { url: await whereToAsk(bench, domain) } : {}),
  });
  saw = (what) => recorder.note({ sign: 'ground', service: '', what });
  for (const { what, atMs } of early) recorder.note({ sign: 'ground', service: '', what }, atMs);

  const startedAtMs = Date.now();
  recorder.note({ sign: 'step', service: '', name: 'start' }, startedAtMs);
  const tiers = (canary.tiers ?? ['install']).join(',');
  const before = await bench.runIds();
  const { child, ended } = bench.start(
    ['test', recipe.dir, '--json', '--tiers', tiers, '--domain', domain],
    // What other runs on this host have claimed is no concern of the canary's, and waiting for it no slowness.
    { CC_CI_HOST_LOCKS: join(bench.state, 'locks', 'host'), ...ground.env },
  );
  let verdictAtMs: number | undefined;
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.endsWith(`[${canary.code}]`)) verdictAtMs ??= Date.now();
    });
  }
  const end = await ended;
  const own = (await bench.runIds()).find((id) => !before.includes(id)) ?? 'none';
  for (const { name, atMs } of await stepsOf(join(bench.state, 'runs', own)))
    recorder.note({ sign: 'step', service: '', name }, atMs);
  const signs = recorder.signs.toSorted((one, other) => one.atMs - other.atMs);
  const first = findSign(signs, canary.first);
  return {
    ...end,
    canary,
    results: end.stdout === '' ? undefined : RunResults.parse(JSON.parse(end.stdout)),
    signs,
    startedAtMs,
    createdAtMs: recorder.createdAtMs(),
    first,
    decisive: canary.decisive === undefined ? first : findSign(signs, canary.decisive),
    verdictAtMs,
  };
}

/** From the deciding sign to the verdict, and whether that is fast enough; undefined figures where one of the two is missing. */
export function judgeSpeed({ canary, decisive, verdictAtMs }: Watched): {
  readonly ms: number | undefined;
  readonly limitMs: number;
  readonly ok: boolean;
} {
  const limitMs = LIMITS_MS[canary.kind];
  const decidedAtMs = decisive === undefined ? undefined : decisive.atMs + (canary.endOfTime ?? 0);
  const ms = decidedAtMs === undefined || verdictAtMs === undefined ? undefined : verdictAtMs - decidedAtMs;
  return { ms, limitMs, ok: ms !== undefined && ms <= limitMs };
}

const NOTHING: Ground = { [Symbol.asyncDispose]: () => Promise.resolve() };

function findSign(signs: readonly Sign[], test: SignTest): Sign | undefined {
  return signs.find((sign, index) => test(sign, signs.slice(0, index)));
}

async function whereToAsk(bench: Bench, host: string) {
  const ca = await readFile(join(bench.state, 'tls', 'authority.pem'));
  const [router] = await bench.engine.services({ label: ['cc-ci.managed=router'] });
  const port = Number(router?.Spec.Labels?.['cc-ci.router.https'] ?? 443);
  return { host, address: '127.0.0.1', port, ca };
}

/** What the run wrote down that it began; nothing where it was refused before it had a directory. */
async function stepsOf(directory: string): Promise<readonly { readonly name: string; readonly atMs: number }[]> {
  const text = await readFile(join(directory, 'events.ndjson'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly at: string; readonly event: string; readonly name?: string })
    .flatMap(({ at, event, name }) =>
      event === 'begin' && name !== undefined ? [{ name, atMs: Date.parse(at) }] : [],
    );
}
