import type { Stack } from '../../recipe/compose/types.ts';
import { ensureImages } from '../../swarm/images.ts';
import type { RunContext } from '../context.ts';

/** Brings the images of a stack here before it is deployed, so that a pull is never mistaken for an app that does not come up. */
export async function pullImages(run: RunContext, moment: 'base' | 'head', stack: Stack): Promise<void> {
  const references = [...new Set(Object.values(stack.services).map(({ image }) => image ?? ''))].filter(
    (image) => image !== '',
  );
  const pins = await run.timeline.span(`${moment} images`, null, () =>
    ensureImages(
      run.engine,
      references,
      ({ reference, state }) => {
        if (state === 'pulling') run.report({ event: 'progress', text: `pulling ${reference}` });
      },
      run.signal,
    ),
  );
  run.facts.record({ fact: 'images', moment, pins });
}
