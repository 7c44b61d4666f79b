import { type FalseGreen, named, off } from './case.ts';

const FACTS = 'run/no-false-green';
const GUARDS = 'run/false-green-guards';
const ENGINE = 'engine/run-false-green';
const SURVIVAL = 'engine/backup-survival';

/** What concerns data, backups and restores. */
export const DATA_CASES: readonly FalseGreen[] = [
  {
    id: 'RT-15',
    title: 'An empty snapshot',
    once: 'The backup tool ended with 0 after it had saved nothing.',
    now: 'What the snapshot holds is listed and looked for; nothing is a failure.',
    level: 'engine',
    tests: [named('engine/examples-broken', 'empty-snapshot'), named(FACTS, 'an empty snapshot (RT-15)')],
    mutations: [
      off('run/verdict/backup', 'report.files > 0', 'report.files >= 0', named(FACTS, 'an empty snapshot (RT-15)')),
    ],
  },
  {
    id: 'RT-16',
    title: 'A dump that is empty, cut off, or not of this backup',
    once: 'The database was restarted in the middle of the dump; a pipe hid it. A dump of last time counted as well.',
    now: 'Each dump is read to its end and has to have been written by the hook of this backup; three attempts, then red.',
    level: 'engine',
    tests: [
      named(SURVIVAL, 'with an empty dump is repeated three times and stays empty'),
      named(SURVIVAL, 'with a truncated dump says that it was cut off'),
      named(SURVIVAL, 'with a whole dump that its hook did not write is repeated and does not count'),
      named(ENGINE, 'a dump that was there before the backup is no dump (RT-16)'),
      named('backup/fresh-dumps', 'a dump that the hook left as it was is told from one that it wrote'),
    ],
    mutations: [
      off(
        'backup/fresh-dumps',
        'before.get(path) !== after.get(path)',
        'after.has(path)',
        named('backup/fresh-dumps', 'a dump that the hook left as it was is told from one that it wrote'),
      ),
    ],
  },
  {
    id: 'RT-17',
    title: 'A dump outside of any volume',
    once: 'It was written into the container, which no backup saves and no restore brings back.',
    now: 'The labels and the text of the hooks are read against the mounts, and the dump is refused.',
    level: 'facts',
    tests: [named('backup/labels', 'are a problem when they are written to %s')],
  },
  {
    id: 'RT-18',
    title: 'A restore after which the data is missing',
    once: '“Healthy after the restore” was all that was asked.',
    now: 'What was planted, and destroyed before the restore, has to be back.',
    level: 'engine',
    tests: [
      named(SURVIVAL, 'show the volume that a restore forgets'),
      named('engine/examples-broken', 'restore-lost-data'),
      named(FACTS, 'a restore after which the data is missing (RT-18, RT-19)'),
    ],
    mutations: [
      off(
        'run/verdict/data',
        'if (check.found) return',
        'if (check.id !== undefined) return',
        named(FACTS, 'a restore after which the data is missing (RT-18, RT-19)'),
      ),
    ],
  },
  {
    id: 'RT-19',
    title: 'An app that is healthy after a restore, without its data',
    once: 'It had started over with an empty database.',
    now: 'The data leads the verdict, whatever the app answers.',
    level: 'facts',
    tests: [named('run/judge', 'of a restore without its data leads with the data, not with the app that misses it')],
  },
  {
    id: 'RT-20',
    title: 'A command in a container that fails is read as an empty answer',
    once: 'The error was swallowed, and the empty text compared.',
    now: 'What cannot be run is an error with a code, never a text.',
    level: 'engine',
    tests: [
      named('engine/swarm-stack', 'exec gives streams, exit code and input; a program that is not there is an error'),
    ],
  },
  {
    id: 'not destroyed',
    title: 'A restore of data that was never gone',
    once: 'What was found afterwards had simply stayed; or an entrypoint brought it back from a copy of its own.',
    now: 'Destruction is looked at before the restore; rows that a dump should bring back must not be there before it.',
    level: 'engine',
    tests: [
      named(SURVIVAL, 'a restore tells which rows were back before their dump'),
      named(FACTS, 'a restore of data that was never destroyed'),
      named(GUARDS, 'a row that was back before its dump was restored'),
    ],
    mutations: [
      off(
        'run/verdict/restore',
        'else if (survivors.length > 0) {',
        'else if (survivors.length > 99) {',
        named(FACTS, 'a restore of data that was never destroyed'),
      ),
      off(
        'run/verdict/restore',
        'of restored?.early ?? []) {',
        "of (restored?.early ?? []).filter((one) => one === '')) {",
        named(GUARDS, 'a row that was back before its dump was restored'),
      ),
    ],
  },
  {
    id: 'bare database',
    title: 'A database that no backup holds',
    once: 'The label stood on the app alone, or left the database’s volume out; files came back, rows did not.',
    now: 'A database server whose rows are in no dump and no volume of the backup fails it.',
    level: 'facts',
    tests: [
      named(GUARDS, 'one that leaves out the database'),
      named('backup/coverage', 'is named as uncovered where nothing takes it'),
    ],
    mutations: [
      off(
        'run/verdict/backup',
        "factsOf(facts, 'uncovered').at(-1)?.databases ?? []",
        '[] as string[]',
        named(GUARDS, 'one that leaves out the database'),
      ),
    ],
  },
  {
    id: 'unproven',
    title: 'Data that could carry nothing of ours',
    once: 'Its loss would not have shown.',
    now: 'The upgrade is unverified, and the data is named.',
    level: 'facts',
    tests: [named(FACTS, 'data that could carry nothing of ours, so that its loss would not show')],
  },
];
