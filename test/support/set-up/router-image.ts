import { buildImage, readImageContent } from '../../../src/edge/image.ts';
import { type SetupContext, tryDocker } from '../../../src/host/setup/context.ts';
import type { CheckedStep } from '../../../src/host/setup/step.ts';

/** Step: the image of the built-in router, so that no Engine of the tests has to build it for itself. */
export function routerImageStep(context: SetupContext): CheckedStep {
  const tag = async () => `cc-ci/router:${(await readImageContent()).hash}`;
  return {
    name: 'router image',
    async check() {
      const image = await tag();
      const { exitCode } = await tryDocker(context, ['image', 'inspect', image]);
      return { ok: exitCode === 0, detail: exitCode === 0 ? image : `${image} is missing` };
    },
    async act() {
      const image = await tag();
      await buildImage(image, await readImageContent(), { DOCKER_HOST: `unix://${context.settings.dockerSocket}` });
      return `built ${image}`;
    },
  };
}
