import fc from 'fast-check';
import { drawSeed } from './draw.ts';

// Properties draw by the seed of the whole call, so that what `npm test` names draws everything again.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: drawSeed() });
