import { join } from 'node:path';
import { ownFile } from '../../../src/base/own-files.ts';
import { baseImageStep } from '../../../src/host/setup/base-image.ts';
import type { SetupContext } from '../../../src/host/setup/context.ts';
import { demoImagesStep } from '../../../src/host/setup/demo-images.ts';
import { engineStep } from '../../../src/host/setup/engine-step.ts';
import { examplesStep } from '../../../src/host/setup/examples-step.ts';
import { packagesStep } from '../../../src/host/setup/packages.ts';
import { postgresStep } from '../../../src/host/setup/postgres-step.ts';
import type { SetupStep } from '../../../src/host/setup/step.ts';
import { EXAMPLES } from '../../engine/support/cc-ci.ts';
import { newerEngineStep } from './newer-engine.ts';
import { oracleCliStep } from './oracle-cli.ts';
import { registryProgramStep } from './registry-program.ts';
import { routerImageStep } from './router-image.ts';
import { testImagesStep } from './test-images.ts';
import { testProgramsStep } from './test-programs.ts';

/** The projects of `vitest.config.ts`, by what they need: nothing, services, or an Engine in Swarm mode. */
export const PROJECTS = ['unit', 'service', 'engine'] as const;
export type Project = (typeof PROJECTS)[number];

/**
 * What some projects of the tests need on this machine. The Engine of this host gives images and nothing else: its Swarm, its
 * networks and its router are not looked at.
 */
export function testSteps(context: SetupContext, projects: readonly Project[]): SetupStep[] {
  const engine = projects.includes('engine');
  if (!engine && !projects.includes('service')) return [];
  const services = [packagesStep(context, { engine }), oracleCliStep(context), postgresStep(context)];
  if (!engine) return services;
  return [
    ...services,
    engineStep(context),
    newerEngineStep(context),
    testProgramsStep(context),
    registryProgramStep(context),
    baseImageStep(context),
    demoImagesStep(context, join(ownFile('examples'), 'images')),
    routerImageStep(context),
    testImagesStep(context),
    examplesStep(ownFile('examples'), EXAMPLES),
  ];
}
