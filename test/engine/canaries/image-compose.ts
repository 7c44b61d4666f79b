import { BUSYBOX } from '../../support/set-up/test-images.ts';
import { type Refusal, startRegistry } from '../support/registry.ts';
import type { Ground } from './canary.ts';
import { wrongCompose } from './wrong-compose.ts';

/** The healthy recipe, on another image. */
export function imageCompose(image: string): string {
  return wrongCompose({}).replace(BUSYBOX, () => image);
}

/** A registry on the loopback without images; it may refuse to speak of the one that is asked for, named in `image`. */
export async function emptyRegistry(saw: (what: string) => void, refusal?: Refusal): Promise<Ground> {
  const registry = await startRegistry();
  registry.onAsked = (repository) => saw(`the registry was asked for ${repository}`);
  if (refusal !== undefined) registry.refuse('acme/app', refusal);
  return {
    values: { image: `${registry.address}/acme/app:1` },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}
