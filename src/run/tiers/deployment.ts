import { serveOrExplain } from '../../edge/serve-or-explain.ts';
import { tcpProbe } from '../../edge/tcp-probe.ts';
import { type Serving, waitServing } from '../../edge/wait-serving.ts';
import type { PostCommand } from '../../recipe/types.ts';
import type { Tier } from '../../results/schema.ts';
import { converge } from '../../swarm/converge.ts';
import { type DeployRecord, deployStack } from '../../swarm/deploy.ts';
import { execInService } from '../../swarm/exec.ts';
import { recordBounds } from '../bounds/watch-limits.ts';
import type { PreparedApp, RunContext } from '../context.ts';
import type { Moment, Plan } from '../types.ts';
import { withRedirectEnd } from './redirect-end.ts';

/** Deploys or updates the run's stack and records that it did: the counters in the verdict come from here. */
export async function deployApp(
  run: RunContext,
  prepared: PreparedApp,
  moment: Moment,
  fresh: boolean,
): Promise<DeployRecord> {
  const tier: Tier = moment;
  const record = await run.timeline.span(fresh ? 'deploy' : 'update', tier, () =>
    deployStack(run.engine, {
      stackName: run.plan.stackName,
      yaml: prepared.yaml,
      resolveImage: 'never',
      signal: run.signal,
    }),
  );
  const replaced = record.services.filter(({ kind, replacesTasks }) => kind === 'created' || replacesTasks);
  run.facts.record({
    fact: 'deployed',
    moment,
    fresh,
    ms: record.ms,
    replaced: replaced.map(({ service }) => service),
  });
  for (const warning of record.warnings) run.facts.record({ fact: 'note', sentence: warning });
  // A service that this version no longer names still stands there for now; nobody waits for it.
  return {
    ...record,
    services: record.services.filter(({ service }) => prepared.stack.services[service] !== undefined),
  };
}

/** However long the services took to come up: so long the app may take to answer, at least. */
const ANSWER_MS = 10_000;
/** The built-in router has a route a quarter of a second after the task is healthy; a Traefik asks the Swarm every 15 s. */
const UNROUTED_MS = 5000;
const UNROUTED_BY_TRAEFIK_MS = 30_000;

/**
 * Waits until the stack is up and answers, and records what was seen. Returns whether the app can be worked with: the
 * verdict judges the facts, this only decides whether going on makes sense.
 */
export async function waitUp(run: RunContext, moment: Moment, deploy: DeployRecord): Promise<boolean> {
  const { plan, timeline, facts, engine } = run;
  const timeoutMs = (moment === 'install' ? (plan.baseApp ?? plan.head) : plan.head).timeoutSeconds * 1000;
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  const routed = plan.hosts.length > 0;
  // A new app is asked from the start, so that its answer is known as soon as it can be. During an update it would be the
  // former version that answers: then only what is said once all has moved counts.
  const early =
    routed && moment === 'install' ? waitServing(plan.edge, { ...question(plan), timeoutMs, signal }) : undefined;
  const convergence = await timeline.span('converge', moment, () =>
    converge(engine, { deploy, timeoutMs, signal: run.signal, settle: moment === 'upgrade' }),
  );
  facts.record({ fact: 'converged', moment, convergence });
  recordBounds(run, convergence.causes);
  for (const note of convergence.notes) facts.record({ fact: 'note', sentence: note });
  stop.abort();
  const soon = await early;
  if (convergence.outcome !== 'converged') return false;
  let up = true;
  if (routed) {
    const answered = soon?.ok === true ? soon : undefined;
    const answer = await askUp(run, moment, Math.max(ANSWER_MS, timeoutMs - convergence.ms), {
      answered,
      deploy,
    });
    facts.record({ fact: 'served', moment, answers: answer.answers, ok: answer.ok, ms: answer.ms });
    up &&= answer.ok;
  }
  const listens = await askPorts(run, moment, timeoutMs);
  return up && listens;
}

/** Asks the ports that the recipe's settings name, and records what was seen. */
export async function askPorts(
  { plan, facts, signal }: RunContext,
  moment: Moment,
  timeoutMs: number,
): Promise<boolean> {
  let all = true;
  for (const { port, stable } of plan.probes.tcp) {
    const probe = await tcpProbe(async () => ({ address: plan.edge.address, port }), { stable, timeoutMs, signal });
    facts.record({ fact: 'tcp', moment, port, ok: probe.ok, detail: probe.detail });
    all &&= probe.ok;
  }
  return all;
}

/**
 * Asks an app whose services are up, until it answers as it should or it is known why it will not; the causes are recorded.
 * An answer that was had before is only looked at for where its redirects lead.
 */
export async function askUp(
  run: RunContext,
  moment: Moment,
  timeoutMs: number,
  known: { readonly answered?: Serving | undefined; readonly deploy?: DeployRecord | undefined } = {},
): Promise<Serving> {
  const { edge, stackName } = run.plan;
  const { stack } = moment === 'install' ? (run.base ?? run.head) : run.head;
  const { serving, causes } = await run.timeline.span('serve', moment, () =>
    serveOrExplain(run.engine, {
      ...question(run.plan),
      edge,
      stack,
      stackName,
      proxyNetwork: run.settings.proxyNetwork,
      timeoutMs,
      unroutedMs: edge.kind === 'built-in' ? UNROUTED_MS : UNROUTED_BY_TRAEFIK_MS,
      signal: run.signal,
      ...known,
    }),
  );
  if (causes.length > 0) run.facts.record({ fact: 'unserved', moment, causes });
  return withRedirectEnd(run, serving, ANSWER_MS);
}

function question({ domain, probes }: Plan) {
  return { host: domain, path: probes.healthPath, accepted: probes.healthOk };
}

/** Runs the app's post-deploy commands, and asks again whether it serves: they are there to change it. */
export async function commandApp(
  run: RunContext,
  moment: Moment,
  commands: readonly PostCommand[],
  abraSh: string,
): Promise<void> {
  await runPostCommands(run, moment, commands, abraSh);
  if (commands.length === 0 || run.plan.hosts.length === 0) return;
  const answer = await askUp(run, moment, ANSWER_MS);
  run.facts.record({ fact: 'served', moment, answers: answer.answers, ok: answer.ok, ms: answer.ms });
}

/** Runs the app's post-deploy commands as `abra app cmd` does: `abra.sh` is sourced inside the service's container. */
async function runPostCommands(
  run: RunContext,
  moment: Moment,
  commands: readonly PostCommand[],
  abraSh: string,
): Promise<void> {
  for (const { service, command, args } of commands) {
    if (service === 'local') {
      // On an operator's machine abra runs it there; here that would be a recipe's code outside its stack.
      run.facts.record({
        fact: 'note',
        sentence: `the local command ${command} was not run: it would run on this host`,
      });
      continue;
    }
    const result = await run.timeline.span(`${service} ${command}`, moment, () =>
      execInService(
        run.engine,
        { stackName: run.plan.stackName, service },
        ['sh', '-c', 'shell=$(command -v bash || echo sh); exec "$shell" -s -- "$@"', 'sh', command, ...args],
        {
          stdin: `TARGET=${quote(service)}; APP_NAME=${quote(run.plan.domain)}; STACK_NAME=${quote(run.plan.stackName)}\n${abraSh}\n"$@"\n`,
          timeoutMs: 600_000,
          signal: run.signal,
        },
      ),
    );
    run.facts.record({
      fact: 'command',
      moment,
      service,
      command,
      exitCode: result.exitCode,
      output: `${result.stdout}${result.stderr}`,
    });
    if (result.exitCode !== 0) return;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
