import { renderForDeploy } from '../../recipe/compose/render.ts';
import type { App } from '../../recipe/types.ts';
import { adaptStack } from '../../swarm/adapt.ts';
import { labelStack, pinToNode, type RunLabels } from '../../swarm/label.ts';
import type { Adaptation, EngineFacts } from '../../swarm/types.ts';
import type { PreparedApp } from '../context.ts';

/** Turns a resolved app into what is really deployed here: adapted to the kernel, labelled as ours, as text. */
export function prepareApp(
  app: App,
  engine: EngineFacts,
  labels: RunLabels,
): {
  readonly prepared: PreparedApp;
  readonly adaptations: readonly Adaptation[];
  readonly warnings: readonly string[];
} {
  const adapted = adaptStack(app.stack, engine);
  const stack = labelStack(pinToNode(adapted.stack, engine), labels);
  const { yaml, warnings } = renderForDeploy(stack);
  return {
    prepared: { app, stack, yaml },
    adaptations: adapted.adaptations,
    warnings: [...adapted.warnings, ...warnings],
  };
}
