import { probe } from '../../edge/probe.ts';
import { isServing } from '../../edge/wait-serving.ts';
import type { RunContext } from '../context.ts';

/** A name that nobody serves is answered by the proxy at once; what takes longer is not the silence that was asked about. */
const PATIENCE_MS = 3000;

/**
 * The counter-check of every later question whether the app serves: asks its address before there is an app. An answer
 * that would count then comes from something else, which may go on giving it whatever becomes of the app (RT-08).
 */
export async function askBefore({ plan, facts, signal }: RunContext): Promise<void> {
  if (plan.hosts.length === 0) return;
  const { healthPath: path, healthOk } = plan.probes;
  const answer = await probe(plan.edge, { host: plan.domain, path, timeoutMs: PATIENCE_MS, signal });
  facts.record({ fact: 'asked-before', url: answer.url, answer, serves: isServing(answer, healthOk) });
}
