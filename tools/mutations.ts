import { FALSE_GREENS } from './false-green/catalogue.ts';
import { openMutationBench } from './false-green/run-mutation.ts';

/**
 * `npm run mutations`: switches each guard against a false green off, one after the other, in a copy of the repository, and
 * expects its test to fail. Prints a table; ends with 1 where a test did not notice.
 */
await using bench = await openMutationBench();
let blind = 0;
for (const { id, mutations = [] } of FALSE_GREENS) {
  for (const mutation of mutations) {
    const before = await bench.run(mutation.test);
    const after = before === 'passed' ? await bench.tryOut(mutation) : 'not run';
    const noticed = before === 'passed' && after === 'failed';
    if (!noticed) blind += 1;
    const how = noticed ? 'red' : `${before} with the guard, ${after} without`;
    process.stdout.write(
      `${noticed ? 'ok  ' : 'FAIL'} ${id.padEnd(13)} ${mutation.file}: ${mutation.test.name}: ${how}\n`,
    );
  }
}
process.stdout.write(blind === 0 ? 'every test noticed\n' : `${blind} tests did not notice\n`);
process.exitCode = blind === 0 ? 0 : 1;
