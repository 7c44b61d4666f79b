import { messageOf } from '../../base/errors.ts';
import { type PreparedBrowser, prepareBrowser } from '../../custom/screenshot.ts';
import type { RunContext } from '../context.ts';
import { testTarget } from './target.ts';

/** Starts the browser while the app comes up; undefined for an app that has nothing to show. */
export function warmBrowser(run: RunContext): PreparedBrowser | undefined {
  return run.plan.hosts.length === 0 ? undefined : prepareBrowser(testTarget(run));
}

/** A picture of the app as it came up. Whatever goes wrong here is said and changes no verdict (RT-36). */
export async function shootScreen(run: RunContext, browser: PreparedBrowser | undefined): Promise<void> {
  if (browser === undefined) return;
  const shot = await run.timeline.span('screenshot', null, () =>
    browser
      .take(run.directory.screenshot, {
        path: run.plan.probes.screenshotPath ?? run.plan.probes.healthPath,
        secrets: [...run.secrets.values()],
        signal: run.signal,
      })
      .catch((error: unknown) => ({ error: messageOf(error) })),
  );
  run.facts.record(
    'error' in shot
      ? { fact: 'screenshot', file: undefined, detail: shot.error }
      : { fact: 'screenshot', file: 'screenshot.png', detail: shot.title },
  );
}
