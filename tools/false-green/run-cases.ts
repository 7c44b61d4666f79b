import { type FalseGreen, named, off } from './case.ts';

const FACTS = 'run/no-false-green';
const GUARDS = 'run/false-green-guards';
const ENGINE = 'engine/run-false-green';
const JUDGE = 'run/judge';

/** What concerns tests, lint, the end of a run, and what is shown of it. */
export const RUN_CASES: readonly FalseGreen[] = [
  {
    id: 'RT-22',
    title: 'No test, only skipped tests, or tests that ask nothing',
    once: 'The runner ended with 0, and that was a pass.',
    now: 'None collected, all skipped, programs of which none is a test, and tests that never reach the app: all red.',
    level: 'engine',
    tests: [
      named(ENGINE, 'tests that pass without asking the app are red (RT-22)'),
      named('engine/custom-tests', 'only skipped tests, also below a passing parent'),
      named(FACTS, 'only skipped tests'),
      named('custom/discover', 'takes programs of which none is a test for tests of which none was collected (RT-22)'),
    ],
    mutations: [
      off(
        'run/verdict/functional',
        'passed.length === 0 && failed.length === 0 &&',
        'report.files.length > 99 &&',
        named(FACTS, 'only skipped tests'),
      ),
      off(
        'run/verdict/functional',
        'report.touched === 0',
        'report.touched === -1',
        named(GUARDS, 'those that never ask the app (RT-22)'),
      ),
      off(
        'custom/discover',
        'if (ours.programs > 0) return',
        'if (ours.programs > 99) return',
        named('custom/discover', 'takes programs of which none is a test'),
      ),
    ],
  },
  {
    id: 'RT-25',
    title: 'A run that leaves something behind',
    once: 'The removal was asked for and not looked at.',
    now: 'An inventory after teardown decides; what is left fails the run by name, and no inventory is no success.',
    level: 'engine',
    tests: [
      named(ENGINE, 'is residue, is named, and stays (RT-25)'),
      named(JUDGE, 'fails on residue, and names it (RT-25)'),
      named(GUARDS, 'a run of which nobody knows whether it was removed is no success (RT-25)'),
    ],
    mutations: [
      off(
        'run/verdict/whole',
        'if (residue.length > 0) {',
        'if (residue.length > 99) {',
        named(JUDGE, 'fails on residue, and names it (RT-25)'),
      ),
      off(
        'run/verdict/whole',
        'teardowns.length === 0',
        'teardowns.length < 0',
        named(GUARDS, 'a run of which nobody knows whether it was removed'),
      ),
    ],
  },
  {
    id: 'RT-26',
    title: 'A run that is ended from outside',
    once: 'A signal, a deadline or the death of the parent left the app running.',
    now: 'It is removed all the same; the verdict is cancelled or an error, and nobody is blamed for what is missing.',
    level: 'engine',
    tests: [
      named('engine/run-interrupt', '$signal in the middle of $tier'),
      named('engine/run-kill', 'leaves nothing, wherever it is killed'),
      named(ENGINE, 'a hook that the deadline cuts blames nobody (RT-26)'),
      named(JUDGE, 'is cancelled by a signal and an error at the deadline'),
    ],
  },
  {
    id: 'RT-27',
    title: 'A janitor that takes live runs, or leaves dead ones',
    once: 'Ages decided, so live runs of others were removed.',
    now: 'A lock of the kernel decides, which ends with its process however that ends.',
    level: 'engine',
    tests: [
      named('engine/run-interrupt', 'two runs of one commit go side by side, and neither janitor takes them for dead'),
      named('run/janitor', 'a run of another state directory that holds its lock there is alive'),
      named('run/janitor', 'a run of another state directory whose lock is free is dead, whatever its age'),
    ],
  },
  {
    id: 'RT-28',
    title: 'Two runs of one domain',
    once: 'They shared a counter, and each spoilt the other’s.',
    now: 'They go one after the other; counts are facts of the run itself.',
    level: 'facts',
    tests: [
      named('run/taken-names', 'belongs to one run at a time'),
      named(JUDGE, 'fails when the app was deployed twice'),
    ],
  },
  {
    id: 'RT-29',
    title: 'Two runs of one recipe',
    once: 'They shared a checkout, and one changed the branch under the other.',
    now: 'Each has checkouts, domain, network names and a backup repository of its own.',
    level: 'engine',
    tests: [
      named('engine/run-interrupt', 'two runs of one commit go side by side, and neither janitor takes them for dead'),
      named('run/plan', 'two runs of one recipe get different short domains'),
    ],
  },
  {
    id: 'RT-33',
    title: 'Lint that ends with 0 though a rule failed, or that could not be run',
    once: 'The exit code was the result.',
    now: 'Each rule has its own outcome; what could not be looked at is never satisfied, and no rule judged is unverified.',
    level: 'facts',
    tests: [
      named(JUDGE, 'does not depend on lint, but level 5 does'),
      named('recipe/lint', 'never passes for satisfied what it could not look at'),
    ],
  },
  {
    id: 'RT-34',
    title: 'Lint of something else than the head',
    once: 'Overlays of the tester and leftovers in the checkout were linted with it.',
    now: 'The head is written out anew from its commit, and nothing else lies there.',
    level: 'facts',
    tests: [
      named('recipe/git', 'writes the exact tree of HEAD and nothing else'),
      named('recipe/git', 'takes a ref, and then the work tree plays no part'),
    ],
  },
  {
    id: 'RT-35',
    title: 'A level above the first failure',
    once: 'What passed higher up was counted.',
    now: 'The climb ends at the first step that failed or is unverified; all 1024 ways are counted out.',
    level: 'facts',
    tests: [named('results/level', 'inflates none of the 1024 ways in which five steps can end')],
    mutations: [
      off(
        'results/level',
        "if (status === 'fail' || status === 'unver') break;",
        "if (status === 'fail') break;",
        named('results/level', 'inflates none of the 1024 ways'),
      ),
    ],
  },
  {
    id: 'RT-36',
    title: 'A renderer or a screenshot that fails',
    once: 'It changed the outcome, in either direction.',
    now: 'It is a note; the verdict is made from plan and facts alone.',
    level: 'engine',
    tests: [
      named('results/artifacts', 'that cannot be rendered is a note; the verdict stands'),
      named('run/results-document', 'are the same whether or not there is a picture (RT-36)'),
      named('engine/custom-screenshot', 'is an error when the browser cannot trust the router'),
    ],
    mutations: [
      off(
        'results/artifacts',
        'failed.push({ name, reason });',
        'throw error;',
        named('results/artifacts', 'that cannot be rendered is a note; the verdict stands'),
      ),
    ],
  },
  {
    id: 'RT-37',
    title: 'A secret in what is published',
    once: 'Only the plain value was looked for, in one place.',
    now: 'Logs are masked before they are written; every file is searched for every value in many forms; a hit fails the run, and without a search nothing is said to be clean.',
    level: 'engine',
    tests: [
      named(
        ENGINE,
        'a secret in a log is masked; one that a test attaches, however disguised, flips the verdict (RT-37)',
      ),
      named(JUDGE, 'fails on a secret in an artifact (RT-37)'),
      named('run/results-document', 'do not say that no secret is in them before they were searched (RT-37)'),
      named('results/leak-scan', 'finds every form of any value at any place, also where it lies across two chunks'),
    ],
    mutations: [
      off(
        'run/verdict/whole',
        'if (leaks.length > 0) {',
        'if (leaks.length > 99) {',
        named(JUDGE, 'fails on a secret in an artifact (RT-37)'),
      ),
    ],
  },
  {
    id: 'RT-45',
    title: 'A name of more than 64 characters',
    once: 'The Engine refused it in the middle of a deploy, in words that named neither recipe nor key.',
    now: 'Every name of stack, service, config and secret is measured before anything is touched.',
    level: 'facts',
    tests: [
      named('recipe/app', 'refuses a name over 64 characters with the name and its length'),
      named('recipe/app', 'measures names of configs and services too'),
    ],
  },
  {
    id: 'no evidence',
    title: 'A tier of which nothing was recorded',
    once: 'What did not fail had passed.',
    now: 'Without evidence a tier is unverified; fewer facts never make a better verdict.',
    level: 'facts',
    tests: [
      named(JUDGE, 'is not success when the facts of %s are missing'),
      named(JUDGE, 'is never better for having fewer facts'),
    ],
    mutations: [
      off(
        'run/verdict/checks',
        "outcome === 'unver');",
        "outcome === 'skip');",
        named(FACTS, 'data that could carry nothing of ours'),
      ),
    ],
  },
  {
    id: 'outside',
    title: 'An error that no tier knows of',
    once: 'All tiers had passed by then, so the run had too.',
    now: 'The verdict is an error, led by what failed.',
    level: 'facts',
    tests: [named(GUARDS, 'an error outside of all tiers is no success')],
    mutations: [
      off(
        'run/verdict/decide',
        'if (outside !== undefined) return',
        'if (outside === null) return',
        named(GUARDS, 'an error outside of all tiers is no success'),
      ),
    ],
  },
];
