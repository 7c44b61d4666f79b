import { messageOf } from '../../base/errors.ts';
import { takeScreenshot } from '../../custom/screenshot.ts';
import type { RunContext } from '../context.ts';
import type { LiveApp } from './live-app.ts';

/** A picture of the app as it came up. Whatever goes wrong here is said and changes no verdict (RT-36). */
export async function shootScreen(run: RunContext, live: LiveApp): Promise<void> {
  void live;
  const { plan } = run;
  if (plan.hosts.length === 0) return;
  await run.timeline.span('screenshot', null, async () => {
    try {
      const shot = await takeScreenshot(
        {
          address: plan.edge.address,
          httpsPort: plan.edge.httpsPort,
          host: plan.domain,
          path: plan.probes.healthPath,
          authorityFile: plan.edge.authorityFile,
          secrets: [...run.secrets.values()],
        },
        run.directory.screenshot,
        run.signal,
      );
      run.facts.record(
        'error' in shot
          ? { fact: 'screenshot', file: undefined, detail: shot.error }
          : { fact: 'screenshot', file: 'screenshot.png', detail: shot.title },
      );
    } catch (error: unknown) {
      run.facts.record({ fact: 'screenshot', file: undefined, detail: messageOf(error) });
    }
  });
}
