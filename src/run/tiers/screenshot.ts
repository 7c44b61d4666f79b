import { messageOf } from '../../base/errors.ts';
import { keepShot, type PreparedBrowser, prepareBrowser } from '../../custom/screenshot.ts';
import type { RunContext } from '../context.ts';
import type { RecipeHooks } from './hooks.ts';
import { testTarget } from './target.ts';

/** Starts the browser while the app comes up; undefined for an app that has nothing to show. */
export function warmBrowser(run: RunContext): PreparedBrowser | undefined {
  return run.plan.hosts.length === 0 ? undefined : prepareBrowser(testTarget(run));
}

/** A picture of the app as it came up. Whatever goes wrong here is said and changes no verdict (RT-36). */
export async function shootScreen(
  run: RunContext,
  browser: PreparedBrowser | undefined,
  hooks: Pick<RecipeHooks, 'shoot'>,
): Promise<void> {
  if (browser === undefined) return;
  const secrets = [...run.secrets.values()];
  const path = run.plan.probes.screenshotPath ?? run.plan.probes.healthPath;
  const take = async () => {
    const led = await hooks.shoot();
    if (led !== undefined) return keepShot(led, run.directory.screenshot, secrets);
    return browser.take(run.directory.screenshot, { path, secrets, signal: run.signal });
  };
  const shot = await run.timeline.span('screenshot', null, () =>
    take().catch((error: unknown) => ({ error: messageOf(error) })),
  );
  run.facts.record(
    'error' in shot
      ? { fact: 'screenshot', file: undefined, detail: shot.error }
      : { fact: 'screenshot', file: 'screenshot.png', detail: shot.title },
  );
}
