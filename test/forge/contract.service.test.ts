import { describe } from 'vitest';
import { holdContract } from './contract/suite.ts';
import { openDoubleStage } from './support/stage-double.ts';

describe('the double', () => {
  holdContract(openDoubleStage);
});
