import { z } from 'zod';
import type { HookName } from '../../../kit/hooks.ts';
import type { Shot } from '../../../kit/protocol.ts';
import { CodedError } from '../../base/errors.ts';
import { callHook, findHooks, listHooks } from '../../custom/hooks.ts';
import { type Locate, tcpProbe } from '../../edge/tcp-probe.ts';
import { waitServing } from '../../edge/wait-serving.ts';
import type { Tier } from '../../results/schema.ts';
import { readPublishedPorts } from '../../swarm/published-ports.ts';
import type { RunContext } from '../context.ts';
import type { Moment } from '../types.ts';
import { appAccess } from './app-access.ts';
import { takeStep } from './step.ts';
import { testTarget } from './target.ts';

/** The hooks of an enrolled recipe, each a step of its tier: one that fails leaves its rung unverified. */
export interface RecipeHooks {
  /** Calls a hook, where the recipe has it. False when it failed: what it was there for is not done. */
  call(tier: Tier, name: HookName): Promise<boolean>;
  /** Waits for what `readyProbes` names. False when it did not become ready. */
  waitReady(moment: Moment, timeoutMs: number): Promise<boolean>;
  /** Asks `backupVerify` about the backup that was just made. */
  verifyBackup(): Promise<boolean>;
  /** Calls `provision` and gives what it gave, nothing where the recipe has no such hook; undefined when it failed. */
  provision(): Promise<Readonly<Record<string, string>> | undefined>;
  /** Lets `screenshot` lead a page to what may be photographed; undefined where the recipe has no such hook. */
  shoot(): Promise<Shot | undefined>;
}

/** A hook does small things; what takes longer than this hangs. */
const HOOK_MS = 180_000;

const Status = z.int().min(100).max(599);
const ReadyProbes = z.array(
  z.union([
    z.strictObject({ http: z.string().startsWith('/'), ok: z.array(Status).min(1).default([200]) }),
    z.strictObject({ tcp: z.int().min(1).max(65_535), stable: z.int().min(1).max(20).default(3) }),
  ]),
);

export const NO_HOOKS: RecipeHooks = {
  call: async () => true,
  waitReady: async () => true,
  verifyBackup: async () => true,
  provision: async () => ({}),
  shoot: async () => undefined,
};

/** Reads which hooks the recipe has. Undefined when they cannot be read, which is recorded. */
export async function openHooks(run: RunContext): Promise<RecipeHooks | undefined> {
  const directory = await findHooks(run.enrolledDir);
  if (directory === undefined) return NO_HOOKS;
  const options = { directory, outDir: run.directory.attachments, timeoutMs: HOOK_MS, signal: run.signal };
  const access = appAccess(run);
  const read = await takeStep(run, 'install', 'read hooks', () => listHooks(testTarget(run), access, options));
  if (!read.ok) return undefined;
  const names = read.value;
  const work = (tier: Tier, name: HookName) =>
    run.timeline.span(`hook ${name}`, tier, () => callHook(testTarget(run), access, options, [name, tier]));
  const step = async (tier: Tier, name: HookName, use: (value: unknown) => void | Promise<void> = () => undefined) =>
    !names.includes(name) || (await takeStep(run, tier, `hook ${name}`, async () => use(await work(tier, name)))).ok;
  return {
    call: (tier, name) => step(tier, name),
    waitReady: (moment, timeoutMs) =>
      step(moment, 'readyProbes', async (value) => {
        for (const probe of readProbes(value)) await awaitProbe(run, probe, timeoutMs);
      }),
    verifyBackup: () => step('backup', 'backupVerify', refuseBadBackup),
    async provision() {
      let given: Readonly<Record<string, string>> = {};
      const ok = await step('install', 'provision', (value) => {
        given = readValues(value);
      });
      return ok ? given : undefined;
    },
    shoot: async () => (names.includes('screenshot') ? ((await work('install', 'screenshot')) as Shot) : undefined),
  };
}

type Probe = z.infer<typeof ReadyProbes>[number];

function readProbes(value: unknown): readonly Probe[] {
  const parsed = ReadyProbes.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CodedError({
    code: 'E_HOOK',
    message: `the hook readyProbes gave what is no list of probes: ${parsed.error.issues[0]?.message ?? 'not understood'}`,
    fault: 'usage',
    hint: 'give a list such as [{ http: "/health" }, { tcp: 7835 }]',
  });
}

async function awaitProbe(run: RunContext, probe: Probe, timeoutMs: number): Promise<void> {
  const { plan, signal } = run;
  const notReady = (message: string) => new CodedError({ code: 'not-ready', message, fault: 'recipe' });
  if ('tcp' in probe) {
    const { ok, detail } = await tcpProbe(locate(run, probe.tcp), { stable: probe.stable, timeoutMs, signal });
    if (!ok) throw notReady(`port ${probe.tcp} was not ready: ${detail}`);
    return;
  }
  const question = { host: plan.domain, path: probe.http, accepted: probe.ok };
  const { ok, answers } = await waitServing(plan.edge, { ...question, timeoutMs, signal });
  if (ok) return;
  const seen = answers.at(-1)?.status ?? 'nothing';
  throw notReady(`${probe.http} was not ready: it answers ${seen}, accepted are ${probe.ok.join(', ')}`);
}

/** A hook may ask about ports of the run's own tasks, and of the operator's settings: it would else find out who listens on this host. */
function locate({ engine, plan }: RunContext, port: number): Locate {
  if (plan.probes.tcp.some((probe) => probe.port === port)) return async () => ({ address: plan.edge.address, port });
  return async () => (await readPublishedPorts(engine, plan.stackName)).find(({ published }) => published === port);
}

const Values = z.record(z.string(), z.string());

function readValues(value: unknown): Readonly<Record<string, string>> {
  const parsed = Values.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CodedError({
    code: 'E_HOOK',
    message: `the hook provision gave what are no values: ${parsed.error.issues[0]?.message ?? 'not understood'}`,
    fault: 'usage',
    hint: 'give an object of texts, such as { clientId, clientSecret }',
  });
}

function refuseBadBackup(value: unknown): void {
  if (value === true) return;
  throw new CodedError(
    value === false
      ? {
          code: 'backup-not-good',
          message: 'the recipe’s own look at the backup says that it is not good',
          fault: 'recipe',
        }
      : { code: 'E_HOOK', message: 'the hook backupVerify gave neither true nor false', fault: 'usage' },
  );
}
