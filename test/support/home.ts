import { type StatePaths, statePaths } from '../../src/config/paths.ts';

/**
 * Where the tests keep what is not the user's: unpacked tools, and the machines of the Engines that they start. A state
 * directory of its own, so that no run, lock or record of a test is ever seen by `cc-ci runs` and its siblings.
 * `CC_CI_TEST_HOME` names another place.
 */
export function testHome(env: Readonly<Record<string, string | undefined>> = process.env): StatePaths {
  const given = env['CC_CI_TEST_HOME'];
  const home = given === undefined || given === '' ? `${statePaths({ ...env, CC_CI_STATE: '' }).state}-tests` : given;
  return statePaths({ ...env, CC_CI_STATE: home });
}
