import { join } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { type Lock, tryLock } from '../../base/lock.ts';
import { ownFile } from '../../base/own-files.ts';
import { type StatePaths, statePaths } from '../../config/paths.ts';
import { readSettings, type Settings } from '../../config/settings.ts';
import { baseImageStep } from './base-image.ts';
import { openContext, type SetupContext } from './context.ts';
import { demoImagesStep } from './demo-images.ts';
import { edgeStep } from './edge-step.ts';
import { egressStep } from './egress-step.ts';
import { engineStep } from './engine-step.ts';
import { examplesDirectory, examplesStep } from './examples-step.ts';
import { exists, findProgram } from './file-facts.ts';
import { leftoversStep } from './leftovers.ts';
import { networkStep } from './network-step.ts';
import { packagesStep } from './packages.ts';
import { postgresStep } from './postgres-step.ts';
import { runSteps, type SetupStep, type StepReport } from './step.ts';
import { swarmStep } from './swarm-step.ts';

export interface SetupOptions {
  /** Also what `cc-ci serve` needs. */
  readonly forServer?: boolean | undefined;
  readonly settings?: Settings | undefined;
  readonly paths?: StatePaths | undefined;
  /** What is being done right now, for people. */
  readonly say?: ((line: string) => void) | undefined;
  readonly onReport?: ((report: StepReport) => void) | undefined;
}

/** Another set-up may be building images; that is minutes on a slow network. */
const WAIT_FOR_OTHER_MS = 20 * 60_000;

/** Makes this machine ready for `cc-ci test`, from nothing where need be: see `runSetup`. */
export function setUp(options: SetupOptions = {}): Promise<StepReport[]> {
  return runSetup((context) => setupSteps(context, options.forServer === true), options);
}

/**
 * Runs the steps of a set-up. Idempotent: what is there is left as it is. One set-up at a time; a second one waits and then
 * finds everything done. Fails with a coded error at the first step that cannot be done.
 */
export async function runSetup(
  steps: (context: SetupContext) => readonly SetupStep[] | Promise<readonly SetupStep[]>,
  options: SetupOptions = {},
): Promise<StepReport[]> {
  const paths = options.paths ?? statePaths();
  const say = options.say ?? (() => undefined);
  using context = openContext(options.settings ?? readSettings(), paths, say);
  await using _lock = await lockSetup(paths, say);
  return await runSteps(await steps(context), (report) => options.onReport?.(report));
}

/** The lock, or undefined on a machine that has no flock(1) yet: the first step installs it. */
async function lockSetup(paths: StatePaths, say: (line: string) => void): Promise<Lock | undefined> {
  if ((await findProgram('flock')) === undefined) return undefined;
  // Of the host, not of the state directory: packages and the Engine are there only once.
  const file = join(paths.hostLocks, 'setup.lock');
  const lock = await tryLock(file);
  if (lock !== undefined) return lock;
  say('another set-up is at work; waiting for it');
  const later = await tryLock(file, { waitMs: WAIT_FOR_OTHER_MS });
  if (later !== undefined) return later;
  throw new CodedError({
    code: 'E_SETUP_BUSY',
    message: 'another set-up has been at work for 20 minutes',
    fault: 'infrastructure',
    hint: `see who holds ${file} (fuser -v ${file})`,
  });
}

/** The steps, in the order in which each can stand on those before it. */
export async function setupSteps(context: SetupContext, forServer = false): Promise<SetupStep[]> {
  const examplesDir = ownFile('examples');
  const imagesDir = join(examplesDir, 'images');
  return [
    packagesStep(context),
    engineStep(context),
    swarmStep(context),
    networkStep(context),
    ...(forServer ? [postgresStep(context)] : []),
    baseImageStep(context),
    ...((await exists(imagesDir)) ? [demoImagesStep(context, imagesDir)] : []),
    edgeStep(context),
    egressStep(context),
    examplesStep(examplesDir, examplesDirectory(context.paths)),
    leftoversStep(context),
  ];
}
