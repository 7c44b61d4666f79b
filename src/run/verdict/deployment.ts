import { countOf, formatMs } from '../../base/text.ts';
import type { Cause, Convergence } from '../../swarm/types.ts';
import type { Fact, Moment, Plan } from '../types.ts';
import { factsOf, type JudgedCheck, makeCheck } from './checks.ts';
import { excuseStaleAddresses } from './stale-address.ts';

/** What every moment of the app's life is asked: did it come up, and does it answer. */
export function judgeUp(plan: Plan, facts: readonly Fact[], moment: Moment): JudgedCheck[] {
  const checks = [
    ...judgeConverged(facts, moment),
    ...judgeCommands(facts, moment),
    ...judgeServing(plan, facts, moment),
    ...judgeStayedUp(facts, moment),
  ];
  return excuseStaleAddresses(plan, facts, moment, checks);
}

function judgeConverged(facts: readonly Fact[], moment: Moment): JudgedCheck[] {
  const fact = factsOf(facts, 'converged').findLast((candidate) => candidate.moment === moment);
  if (fact === undefined) return [makeCheck('converged', 'unver', 'nothing shows that the services came up')];
  const { convergence } = fact;
  if (convergence.outcome === 'converged') {
    const services = countOf(convergence.services.length, 'service');
    return [makeCheck('converged', 'pass', `${services} up after ${formatMs(convergence.ms)}`)];
  }
  const [leading, ...others] = convergence.causes;
  if (leading === undefined) return [unexplained(convergence, fact.at)];
  return [causeCheck(leading), ...others.map((cause) => causeCheck(cause))];
}

function causeCheck(cause: Cause, name = 'converged'): JudgedCheck {
  const outcome = cause.fault === 'infrastructure' || cause.fault === 'cc-ci' ? 'unver' : 'fail';
  return makeCheck(name, outcome, cause.sentence, {
    code: cause.code,
    fault: cause.fault,
    hint: cause.hint,
    service: cause.service,
    evidence: cause.evidence,
    at: cause.firstSignal,
  });
}

/**
 * An ending without a known cause is shown as it is, never guessed at. A wait that was cancelled saw nothing, and so has no
 * moment: what cut the run short is said instead of it.
 */
function unexplained(convergence: Convergence, at: string): JudgedCheck {
  const waiting = convergence.services
    .filter(({ running, desired }) => running !== desired)
    .map(({ service, running, desired }) => `${service} ${running}/${desired}`);
  const state = waiting.length === 0 ? '' : `: ${waiting.join(', ')}`;
  const sentences: Record<Exclude<Convergence['outcome'], 'converged'>, string> = {
    failed: `the services failed for an unknown reason${state}`,
    'rolled-back': `Swarm rolled the update back${state}`,
    paused: `Swarm paused the update${state}`,
    timeout: `not all services came up within ${formatMs(convergence.ms)}${state}`,
    cancelled: `the wait was cancelled${state}`,
  };
  const { outcome } = convergence;
  const sentence = outcome === 'converged' ? '' : sentences[outcome];
  if (outcome === 'cancelled')
    return makeCheck('converged', 'unver', sentence, { code: outcome, fault: 'infrastructure' });
  return makeCheck('converged', 'fail', sentence, { code: outcome === 'failed' ? 'unknown' : outcome, at });
}

/** What fell over after it had been seen up was not up: nobody happened to wait for it any more. */
function judgeStayedUp(facts: readonly Fact[], moment: Moment): JudgedCheck[] {
  const fact = factsOf(facts, 'stayed-up').findLast((candidate) => candidate.moment === moment);
  if (fact === undefined) return [];
  const { at, fallen, lastAnswer, drifted = [] } = fact;
  const checks = fallen.map(({ service, error }) =>
    makeCheck('stayed up', 'fail', `${service}: a task failed after the app had come up: ${error}`, {
      code: 'failed-later',
      service,
      at,
    }),
  );
  if (lastAnswer?.ok === false) {
    checks.push(
      makeCheck('stayed up', 'fail', `${lastAnswer.url} had answered and does not any more: ${lastAnswer.seen}`, {
        code: 'stopped-serving',
        hint: 'look into the logs for what the app did after it had come up',
        at,
      }),
    );
  }
  for (const { service, reference, pinned, running } of drifted) {
    checks.push(
      makeCheck('image', 'unver', `${service} runs ${shortId(running)}, while ${reference} is ${shortId(pinned)}`, {
        code: 'image-moved',
        fault: 'infrastructure',
        service,
        hint: 'the tag was moved while the run went, so base and head cannot be told apart; run it again, and let releases name tags that do not move',
        at,
      }),
    );
  }
  return checks;
}

function shortId(id: string): string {
  return id.replace('sha256:', '').slice(0, 12);
}

function judgeCommands(facts: readonly Fact[], moment: Moment): JudgedCheck[] {
  return factsOf(facts, 'command')
    .filter((fact) => fact.moment === moment)
    .map((fact) =>
      fact.exitCode === 0
        ? makeCheck('post command', 'pass', `${fact.service} ${fact.command} ended with 0`)
        : makeCheck('post command', 'fail', `${fact.service}: ${fact.command} ended with ${fact.exitCode}`, {
            code: 'post-command-failed',
            service: fact.service,
            evidence: fact.output.trim().split('\n').slice(-10),
            at: fact.at,
          }),
    );
}

function judgeServing(plan: Plan, facts: readonly Fact[], moment: Moment): JudgedCheck[] {
  const checks: JudgedCheck[] = [];
  for (const { port } of plan.probes.tcp) {
    const fact = factsOf(facts, 'tcp').findLast((candidate) => candidate.moment === moment && candidate.port === port);
    checks.push(
      fact === undefined
        ? makeCheck('listening', 'unver', `nothing shows that port ${port} listens`)
        : makeCheck('listening', fact.ok ? 'pass' : 'fail', fact.detail, { code: 'port-not-listening', at: fact.at }),
    );
  }
  const before = factsOf(facts, 'asked-before').at(-1);
  if (before?.serves === true) {
    checks.push(
      makeCheck('serving', 'unver', `${before.url} was answered before the app was deployed, by something else`, {
        code: 'answered-by-another',
        fault: 'infrastructure',
        hint: 'another service on this machine claims the name; what answers there proves nothing about this app',
        evidence: [`${before.answer.url} → ${before.answer.status ?? '?'} ${before.answer.body.slice(0, 120)}`],
        at: before.at,
      }),
    );
  }
  const served = factsOf(facts, 'served').findLast((candidate) => candidate.moment === moment);
  if (served === undefined) {
    // An app that routes nothing and names no port has only its containers to show.
    if (plan.hosts.length === 0) return checks;
    return [...checks, makeCheck('serving', 'unver', `nothing shows that https://${plan.domain} answers`)];
  }
  const last = served.answers.at(-1);
  // Where the app's own answer was a redirect, what it leads to is asked as well.
  const url = last?.url ?? `https://${plan.domain}${plan.probes.healthPath}`;
  if (served.ok) {
    checks.push(makeCheck('serving', 'pass', `${url} answers ${last?.status ?? '?'} (${formatMs(served.ms)})`));
    return checks;
  }
  const seen =
    last === undefined
      ? 'no answer'
      : last.status === undefined
        ? `no answer (${last.error ?? '?'})`
        : `${last.status}`;
  const known = factsOf(facts, 'unserved').findLast((candidate) => candidate.moment === moment)?.causes ?? [];
  if (known.length > 0) return [...checks, ...known.map((cause) => causeCheck(cause, 'serving'))];
  const proxy = last?.fromProxy === true;
  const dropped = plan.droppedRoutes ?? [];
  checks.push(
    makeCheck(
      'serving',
      'fail',
      proxy
        ? dropped[0] === undefined
          ? `the router has no healthy target for ${url}: it answers ${seen} itself`
          : `${url} is not routed (${seen}): ${dropped[0]}`
        : `${url} answers ${seen}, accepted are ${plan.probes.healthOk.join(', ')}`,
      {
        code: proxy ? 'not-routed' : 'not-serving',
        at: served.at,
        hint: proxy
          ? routeHint(dropped)
          : 'set health.path in the recipe’s recipe.yaml if the app is healthy somewhere else',
        evidence: [
          ...(proxy ? dropped.slice(1) : []),
          ...served.answers
            .slice(-4)
            .map((answer) => `${answer.url} → ${answer.status ?? answer.error ?? '?'} ${answer.body.slice(0, 120)}`),
        ],
      },
    ),
  );
  return checks;
}

function routeHint(dropped: readonly string[]): string {
  return dropped.length === 0
    ? 'compare the traefik labels with the port the service listens on and the domain of the app'
    : 'mend the labels: what an operator’s proxy does not take, it does not route';
}
