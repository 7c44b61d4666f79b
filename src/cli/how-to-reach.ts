import { lookup } from 'node:dns/promises';
import { credentialsFile } from '../run/credentials.ts';
import type { PastRun } from '../run/past/read-run.ts';

/** An app that is up: in a run that goes on, kept at the end of one, or watched. */
export type UpState = 'live' | 'kept' | 'watched';

type UpApp = Pick<PastRun, 'plan' | 'directory'>;

/** What a person needs to use an app, in lines. Where its name leads to the router already, ways around DNS are left out. */
export async function tellHowToReach(app: UpApp, state: UpState): Promise<string> {
  return howToReach(app, state, await leadsToRouter(app));
}

/** The same for a name that is known to lead there or not. Pure. */
export function howToReach(app: UpApp, state: UpState, resolves: boolean): string {
  const { plan, directory } = app;
  const { address, httpsPort, authorityFile } = plan.edge;
  const trust = authorityFile === undefined ? '' : ` --cacert ${authorityFile}`;
  const url = urlOf(app);
  const around: (readonly [string, string])[] = [
    ['router', `${address}:${httpsPort}, which knows the app by its name; no DNS leads there`],
    ['curl', `curl --resolve ${plan.domain}:${httpsPort}:${address}${trust} ${url}`],
    ['browser', `chromium --host-resolver-rules="MAP ${plan.domain} ${address}" ${url}`],
    ['any program', `a line in /etc/hosts: ${address} ${plan.hosts.length === 0 ? plan.domain : plan.hosts.join(' ')}`],
  ];
  const remove = { live: undefined, kept: `cc-ci clean --kept ${plan.runId}`, watched: 'end the session' }[state];
  const lines: (readonly [string, string])[] = [
    ['url', url],
    ['credentials', state === 'live' ? 'none: the run still goes on' : credentialsFile(directory, plan)],
    ...(resolves ? [] : around),
    ...(authorityFile === undefined ? [] : [['certificate', `signed by ${authorityFile}`] as const]),
    ...(remove === undefined ? [] : [['remove', remove] as const]),
  ];
  return lines.map(([name, text]) => `${name.padEnd(12)} ${text}\n`).join('');
}

/** The address that a browser opens. Pure. */
export function urlOf({ plan }: Pick<PastRun, 'plan'>): string {
  const port = plan.edge.httpsPort === 443 ? '' : `:${plan.edge.httpsPort}`;
  return `https://${plan.domain}${port}/`;
}

async function leadsToRouter({ plan }: UpApp): Promise<boolean> {
  const found = await lookup(plan.domain, { all: true }).catch(() => []);
  return found.some(({ address }) => address === plan.edge.address);
}
