import { Command } from 'commander';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { planRecipe } from '../run/execute.ts';
import { printPlan } from '../run/plan/print.ts';
import { enrolledRecipes } from './enrolled.ts';
import { addRunOptions, readRequest } from './test.ts';

/** `cc-ci plan`: what `test` would do, known in full, touching nothing. */
export function planCommand(): Command {
  return addRunOptions(new Command('plan'))
    .summary('print what `test` would do, and touch nothing')
    .description(
      'Resolves everything a run needs to know (commit, base, images, tiers and why, names, ports, room) and prints it. Ends with the reason when the run would be refused.',
    )
    .option('--json', 'print the plan as JSON')
    .action(async (source: string, flags: Parameters<typeof readRequest>[1]) => {
      const plan = await planRecipe(await readRequest(source, flags), {
        paths: statePaths(),
        settings: readSettings(),
        enrolledDir: enrolledRecipes(),
      });
      process.stdout.write(flags.json === true ? `${JSON.stringify(plan, null, 2)}\n` : `${printPlan(plan)}\n`);
    });
}
