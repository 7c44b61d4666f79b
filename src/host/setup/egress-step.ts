import { mustRun, runProcess } from '../../base/process.ts';
import { findEdge } from '../../edge/find-edge.ts';
import type { SetupContext } from './context.ts';
import { BRIDGE, CHAINS, type EgressRules, egressRules, mark, restoreText, stacksOfOthers } from './egress-rules.ts';
import { findProgram } from './file-facts.ts';
import type { Check, CheckedStep } from './step.ts';

/** Where the firewall's programs lie that a plain account does not have on its path. */
const SBIN = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
const HOW = 'docs/set-up.md, “What stacks may reach”, says what that means and how to change it';

/**
 * Step: containers of stacks do not reach this host's own services, nor the cloud's metadata. `CC_CI_EGRESS` says how much; where
 * others have stacks on this Swarm, which the rules would bind as well, nothing is done unasked. Rules of nobody else are touched.
 */
export function egressStep(context: SetupContext): CheckedStep {
  return {
    name: 'egress',
    check: () => lookAtEgress(context),
    async act() {
      const wanted = await wantedRules(context);
      if (wanted === undefined) {
        await remove();
        return 'removed the rules';
      }
      await iptablesRestore(restoreText(wanted));
      for (const { name, from } of CHAINS) {
        if (!(await jumps(name, from)))
          await mustRun(['iptables', '-w', '-I', from, '1', ...jump(name)], { env: PATH });
      }
      return `closed what stacks reach of this host: chains ${CHAINS.map(({ name }) => name).join(' and ')} of iptables`;
    },
  };
}

const PATH = { PATH: SBIN };

/** What of it the look needs. */
type Surroundings = Pick<SetupContext, 'settings' | 'paths' | 'engine'>;

/** Whether the rules are there as the settings ask for. Changes nothing. */
export async function lookAtEgress(context: Surroundings): Promise<Check> {
  const open = (why: string): Check => ({
    ok: true,
    detail: 'open',
    warnings: [`stacks reach this host’s own services and the cloud’s metadata: ${why}; ${HOW}`],
  });
  if (context.settings.egress === 'open') {
    const left = await Promise.all(CHAINS.map(({ name }) => list(name)));
    const none = left.every((rules) => rules === undefined);
    return none ? open('CC_CI_EGRESS is open') : { ok: false, detail: 'closed, and CC_CI_EGRESS is open' };
  }
  if ((await findProgram('iptables', SBIN)) === undefined) return open('there is no iptables');
  if ((await list('DOCKER-USER')) === undefined) return open('only root may close it, where the Engine uses iptables');
  const wanted = await wantedRules(context);
  if (wanted === undefined) {
    const others = stacksOfOthers(await (await context.engine()).services());
    return open(`the rules would bind stacks of others, too (${others.slice(0, 5).join(', ')})`);
  }
  for (const { name, from, of } of CHAINS) {
    const rules = await list(name);
    const ours = rules?.filter((rule) => rule.includes(mark(wanted))) ?? [];
    if (rules?.length !== wanted[of].length || ours.length !== rules.length || !(await jumps(name, from))) {
      return { ok: false, detail: `chain ${name} of iptables is not there as it should be` };
    }
  }
  const lan = context.settings.egress === 'closed-lan' ? ', and private networks,' : '';
  return { ok: true, detail: `this host’s own services${lan} and the cloud’s metadata are closed to stacks` };
}

/** Undefined where there are to be none. */
async function wantedRules(context: Surroundings): Promise<EgressRules | undefined> {
  const { settings, paths } = context;
  if (settings.egress === 'open') return undefined;
  const engine = await context.engine();
  if (settings.egress === 'auto' && stacksOfOthers(await engine.services()).length > 0) return undefined;
  const edge = await findEdge(engine, settings, paths);
  const edgePorts = edge === undefined ? [] : [edge.httpsPort, edge.httpPort];
  return egressRules({ edgePorts, lan: settings.egress === 'closed-lan' });
}

/** The rules of a chain; undefined where there is no such chain, or it may not be looked at. */
async function list(chain: string): Promise<readonly string[] | undefined> {
  const { exitCode, stdout } = await runProcess(['iptables', '-w', '-S', chain], { env: PATH });
  return exitCode === 0 ? stdout.split('\n').filter((line) => line.startsWith('-A ')) : undefined;
}

function jump(chain: string): readonly string[] {
  return ['-i', BRIDGE, '-m', 'comment', '--comment', 'cc-ci', '-j', chain];
}

async function jumps(chain: string, from: string): Promise<boolean> {
  return (await runProcess(['iptables', '-w', '-C', from, ...jump(chain)], { env: PATH })).exitCode === 0;
}

async function iptablesRestore(text: string): Promise<void> {
  await mustRun(['iptables-restore', '-w', '--noflush'], { env: PATH, input: text });
}

async function remove(): Promise<void> {
  for (const { name, from } of CHAINS) {
    if (await jumps(name, from)) await mustRun(['iptables', '-w', '-D', from, ...jump(name)], { env: PATH });
    if ((await list(name)) === undefined) continue;
    await mustRun(['iptables', '-w', '-F', name], { env: PATH });
    await mustRun(['iptables', '-w', '-X', name], { env: PATH });
  }
}
