import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Notes how long each test file took, imports and hooks included: vitest's JSON report counts from the first test to the last, and an
 * Engine that a hook opens would be in no figure.
 */
export default class TimesReporter implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const file = process.env['CC_CI_TEST_TIMES'];
    if (file === undefined) return;
    const { collectDuration, setupDuration, duration } = module.diagnostic();
    const ms = collectDuration + setupDuration + duration;
    appendFileSync(file, `${JSON.stringify({ file: module.moduleId, ms })}\n`);
  }
}
