import type { Bounds } from '../../config/bounds.ts';
import { renderForDeploy } from '../../recipe/compose/render.ts';
import type { App } from '../../recipe/types.ts';
import { adaptStack } from '../../swarm/adapt.ts';
import { boundStack } from '../../swarm/bound.ts';
import { labelStack, pinToNode, type RunLabels } from '../../swarm/label.ts';
import type { Adaptation, EngineFacts } from '../../swarm/types.ts';
import { refuseBeyondBounds } from '../bounds/judge-stack.ts';
import type { PreparedApp } from '../context.ts';

/**
 * Turns a resolved app into what is really deployed here: adapted to the kernel, labelled as ours, within its bounds, as text. One
 * that is larger than a run may be is refused (`E_BOUND`).
 */
export function prepareApp(
  app: App,
  engine: EngineFacts,
  labels: RunLabels,
  bounds: Bounds,
): {
  readonly prepared: PreparedApp;
  readonly adaptations: readonly Adaptation[];
  readonly warnings: readonly string[];
} {
  const adapted = adaptStack(app.stack, engine);
  const labelled = labelStack(pinToNode(adapted.stack, engine), labels);
  refuseBeyondBounds(labelled, bounds);
  const { stack, warnings: lowered } = boundStack(labelled, bounds);
  const { yaml, warnings } = renderForDeploy(stack);
  return {
    prepared: { app, stack, yaml },
    adaptations: adapted.adaptations,
    warnings: [...adapted.warnings, ...lowered, ...warnings],
  };
}
