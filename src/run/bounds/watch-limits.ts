import { isBounded } from '../../swarm/bound.ts';
import { oomKilled } from '../../swarm/causes/oom-killed.ts';
import { shortName } from '../../swarm/deploy.ts';
import { type Cause, STACK_LABEL } from '../../swarm/types.ts';
import { type UsageWatch, watchUsage } from '../../swarm/usage.ts';
import { watchEvents } from '../../swarm/wait.ts';
import type { RunContext } from '../context.ts';
import { factsOf } from '../verdict/checks.ts';

type Run = Pick<RunContext, 'engine' | 'plan' | 'head' | 'base' | 'signal' | 'facts' | 'settings'>;
type What = 'memory' | 'pids';

/**
 * Watches what the app uses, and takes down which of cc-ci's bounds it meets: what follows of that is then not said to be the
 * recipe's fault. `sinceMs`: Unix milliseconds of before the app was there.
 */
export function watchLimits(run: Run, sinceMs: number): UsageWatch {
  const { engine, plan, signal } = run;
  const usage = watchUsage(engine, plan.stackName, signal, { onFull: (service) => recordBound(run, service, 'pids') });
  const filters = { type: ['container'], event: ['oom'], label: [`${STACK_LABEL}=${plan.stackName}`] };
  const events = watchEvents(engine, { filters, sinceMs, signal }, ({ Actor }) => {
    const name = Actor.Attributes?.['com.docker.swarm.service.name'];
    if (name !== undefined) recordBound(run, shortName(plan.stackName, name), 'memory');
    return false;
  });
  const end = async () => {
    events[Symbol.dispose]();
    await usage[Symbol.asyncDispose]();
  };
  return {
    ...usage,
    async stop() {
      events[Symbol.dispose]();
      return usage.stop();
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Takes down the bounds that only show in why services did not come up: a program that ends at once is gone before a look. */
export function recordBounds(run: Run, causes: readonly Cause[]): void {
  for (const { code, service, evidence } of causes) {
    if (code === oomKilled.code) recordBound(run, service, 'memory');
    if (evidence.some(saysNoProcess)) recordBound(run, service, 'pids');
  }
}

/** What programs say that may not have one more process or thread, in small letters: all the words of a line have to be there. */
const NO_PROCESS: readonly (readonly string[])[] = [
  ['fork', 'resource temporarily unavailable'],
  ["can't fork"],
  ['cannot fork'],
  ['pthread_create', 'resource temporarily unavailable'],
  ['unable to create', 'native thread'],
  ["can't start new thread"],
  ['failed to create new os thread'],
];

function saysNoProcess(line: string): boolean {
  const text = line.toLowerCase();
  return NO_PROCESS.some((words) => words.every((word) => text.includes(word)));
}

/** A limit that the recipe set itself is its own matter. */
function recordBound({ facts, head, base, plan, settings }: Run, service: string, what: What): void {
  const ours = [head, base].some((app) => isBounded(app?.stack.services[service], what));
  const known = factsOf(facts.all(), 'bound-reached').some((fact) => fact.service === service && fact.what === what);
  if (!ours || known) return;
  const bounds = plan.bounds ?? settings.bounds;
  facts.record({
    fact: 'bound-reached',
    service,
    what,
    limit: what === 'memory' ? bounds.memoryMiB * 1024 ** 2 : bounds.pids,
  });
}
