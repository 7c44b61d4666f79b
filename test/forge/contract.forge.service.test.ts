import { describe } from 'vitest';
import { holdContract } from './contract/suite.ts';
import { openRealStage, realForge } from './support/stage-real.ts';

const forge = realForge();
if (forge === undefined) throw new Error('CC_CI_FORGE_URL names no forge to run against');

describe(`the forge at ${forge.url}`, () => {
  holdContract(() => openRealStage(forge));
});
