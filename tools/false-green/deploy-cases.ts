import { type FalseGreen, named, off } from './case.ts';

const FACTS = 'run/no-false-green';
const GUARDS = 'run/false-green-guards';
const ENGINE = 'engine/run-false-green';
const STACK = 'engine/swarm-stack';

/** What concerns a deploy, an update, and whether the app is up. */
export const DEPLOY_CASES: readonly FalseGreen[] = [
  {
    id: 'RT-01',
    title: 'An upgrade that moves nothing',
    once: 'Deploying the same version again still served, and counted as an upgrade.',
    now: 'Base and head have to differ in what runs, is routed or is saved, and the Engine has to have changed it; version labels and remarks are no change.',
    level: 'engine',
    tests: [
      named(ENGINE, 'only remarks and the version label differ (RT-01)'),
      named(FACTS, 'an upgrade that changed nothing (RT-01)'),
      named('run/moved', 'by a label that nothing reads'),
    ],
    mutations: [
      off(
        'run/verdict/upgrade',
        'moved.changed\n',
        '!moved.changed || true\n',
        named(FACTS, 'an upgrade that changed nothing (RT-01)'),
      ),
      off(
        'run/tiers/moved',
        'return essences(before) !== essences(after);',
        'return true;',
        named('run/moved', 'by its version label'),
      ),
    ],
  },
  {
    id: 'RT-02',
    title: 'A head that is not there',
    once: 'A missing head reference was passed on as none; the tree of before was deployed again and passed.',
    now: 'A reference that cannot be found ends the run before anything is touched.',
    level: 'facts',
    tests: [named('recipe/git', 'refuses the ref %s')],
  },
  {
    id: 'RT-03',
    title: 'Another image or other labels than the head’s',
    once: 'An overlay of the tester put an old image over the one under test; nobody compared.',
    now: 'Image, labels and configs of every running service are compared with the head’s stack file.',
    level: 'facts',
    tests: [named(FACTS, 'another image than the head’s (RT-03)')],
    mutations: [
      off(
        'run/verdict/upgrade',
        'if (wrong.length === 0) continue;',
        'continue;',
        named(FACTS, 'another image than the head’s (RT-03)'),
      ),
    ],
  },
  {
    id: 'RT-04',
    title: 'Swarm rolls the update back in silence',
    once: 'The old task went on serving after the rollback, so health passed.',
    now: 'A rollback is never success, is named, and the failure that caused it leads.',
    level: 'engine',
    tests: [
      named(STACK, 'a silent rollback is named, with the failure that caused it first'),
      named('swarm/judge', 'a rollback never counts as success, however well the old tasks run'),
      named(FACTS, 'an update that Swarm rolled back (RT-04)'),
    ],
    mutations: [
      off(
        'swarm/judge',
        "state?.startsWith('rollback') === true",
        "state === 'rolled'",
        named('swarm/judge', 'a rollback never counts as success'),
      ),
      off(
        'run/verdict/deployment',
        "if (convergence.outcome === 'converged') {",
        "if (convergence.outcome !== 'timeout') {",
        named(FACTS, 'an update that Swarm rolled back (RT-04)'),
      ),
    ],
  },
  {
    id: 'RT-05',
    title: 'The end of the update before is read as the end of this one',
    once: 'The first question after the update found `completed` from the last time.',
    now: 'Only tasks of the template that was just deployed count; the state of an earlier update is known and does not.',
    level: 'facts',
    tests: [
      named('swarm/deploy', 'remembers the update that was there before'),
      named('swarm/judge', 'an update that the Engine never begins is given 30 s'),
    ],
  },
  {
    id: 'RT-06',
    title: 'A service that the head dropped runs on',
    once: '`docker stack deploy` leaves such services, and the app worked only with their help.',
    now: 'They are removed right after the update, and named.',
    level: 'engine',
    tests: [
      named('engine/run-truth', 'does not wait for a service that the head no longer names, and removes it'),
      named(STACK, 'services that the new version dropped are pruned, others stay'),
    ],
  },
  {
    id: 'RT-07',
    title: 'Base and head are the same version',
    once: 'The last good version was the head itself, so the upgrade proved nothing.',
    now: 'The base is always a release that is older; without one the upgrade is skipped, and the reason is given.',
    level: 'facts',
    tests: [
      named('run/plan', 'steps over a release of the head’s own version (RT-07)'),
      named('run/plan', 'is never the head and never as new as it'),
    ],
    mutations: [
      off(
        'run/plan/base',
        'newestOlderThan(older, headVersion);\n',
        'newest(older);\n',
        named('run/plan', 'steps over a release of the head’s own version (RT-07)'),
      ),
    ],
  },
  {
    id: 'RT-08',
    title: 'An app that was never deployed serves',
    once: 'A wildcard certificate and a catch-all answered for every name.',
    now: 'The address is asked before there is an app: an answer that would count leaves the install unverified.',
    level: 'engine',
    tests: [
      named(ENGINE, 'an answer that another stack gives is not the app’s (RT-08)'),
      named(GUARDS, 'one that was given before the app was deployed (RT-08)'),
      named(
        'engine/edge-router',
        'waiting for a host that never comes ends in time, and never takes the 404 for the app',
      ),
    ],
    mutations: [
      off(
        'run/verdict/deployment',
        'if (before?.serves === true) {',
        'if (before === null) {',
        named(GUARDS, 'one that was given before the app was deployed (RT-08)'),
      ),
    ],
  },
  {
    id: 'RT-09',
    title: 'The proxy’s own 404 or 503 counts as an answer',
    once: 'Any answer that was no error of the network was taken for the app’s.',
    now: 'Only the app’s own answers count; 404 never does, nor a redirect in a circle, nor one to an error.',
    level: 'engine',
    tests: [
      named(ENGINE, 'a front page that leads to an error is not up (RT-09)'),
      named(ENGINE, 'an app that its own post-upgrade command breaks is not up (RT-09)'),
      named(
        'engine/run-truth',
        'an app whose rule cannot be read is refused before anything is deployed, and the rule is named',
      ),
      named(FACTS, 'an answer of the router itself, %i (RT-09)'),
      named('edge/probe', 'an answer counts as serving'),
    ],
    mutations: [
      off(
        'edge/wait-serving',
        '&& answer.status !== 404 && !answer.fromProxy',
        '',
        named('edge/probe', 'an answer counts as serving'),
      ),
    ],
  },
  {
    id: 'RT-10',
    title: 'N of N in the middle of a rolling update',
    once: 'The old task still counted as 1 of 1 and died seconds later, in the middle of the backup.',
    now: 'Old tasks do not count; the monitor of the update has to be over before anything is saved.',
    level: 'engine',
    tests: [
      named(STACK, 'counts tasks of the new version only, and settles when the monitor is over'),
      named('swarm/judge', 'settling waits for the Engine to complete the update'),
    ],
    mutations: [
      off(
        'swarm/judge',
        "return service.update.state === 'completed';",
        'return true;',
        named('swarm/judge', 'settling waits for the Engine to complete the update'),
      ),
    ],
  },
  {
    id: 'RT-11',
    title: 'A paused update',
    once: 'It was waited for until the run’s time was over.',
    now: 'It is an ending, and named with its cause.',
    level: 'engine',
    tests: [named(STACK, 'a paused update is an ending, not something to wait for')],
  },
  {
    id: 'RT-12',
    title: 'A crash loop',
    once: 'It used up the whole time-out; between two crashes the app looked up.',
    now: 'It is named within seconds, with exit code and last lines.',
    level: 'engine',
    tests: [
      named('engine/causes-table', '$code is named in time and in words: $title'),
      named('swarm/causes', 'attempts that are used up are final at once'),
    ],
  },
  {
    id: 'RT-13',
    title: 'A program that ends with 0 and is not started again',
    once: '0 of 1 was waited for without end.',
    now: 'Where no successor comes it is a failure at once.',
    level: 'engine',
    tests: [
      named('engine/causes-table', '$code is named in time and in words: $title'),
      named('swarm/causes', 'is final under on-failure, unless a successor is on its way'),
    ],
  },
  {
    id: 'RT-14',
    title: 'A pull that fails looks like an app that does not come up',
    once: 'A rate limit of the registry was blamed on the recipe.',
    now: 'Images are fetched before the deploy, and each refusal has a name and whose fault it is.',
    level: 'engine',
    tests: [
      named('engine/swarm-images', 'before the deploy, and from the Swarm that only says'),
      named('swarm/images', 'pullError'),
    ],
  },
  {
    id: 'RT-50',
    title: 'A tag that moves between base and head, or under the run',
    once: 'A tag was published anew with another major layout; two runs of one commit tested different things.',
    now: 'Each image is pinned by digest or local id; what containers run is compared with it at the end.',
    level: 'engine',
    tests: [
      named(ENGINE, 'has not reached the head when its tag was moved under it (RT-50)'),
      named(GUARDS, 'is found by the ids of containers, not by their names'),
    ],
    mutations: [
      off(
        'run/tiers/stayed-up',
        'pinned === undefined || pinned === running',
        "pinned !== ''",
        named(GUARDS, 'is found by the ids of containers, not by their names'),
      ),
    ],
  },
  {
    id: 'later',
    title: 'An app that is up when it is looked at, and falls over after that',
    once: 'Nobody waited for it any more, so nobody saw it.',
    now: 'Before teardown tasks, images and the address are looked at once more, and after commands of the recipe’s own.',
    level: 'facts',
    tests: [
      named(FACTS, 'a service that falls over when nobody waits for it any more'),
      named(GUARDS, 'one that the app does not give any more at the end of the run'),
      named(GUARDS, 'a port that nobody asked at that moment'),
    ],
    mutations: [
      off(
        'run/verdict/deployment',
        'if (lastAnswer?.ok === false) {',
        'if (lastAnswer === null) {',
        named(GUARDS, 'one that the app does not give any more at the end of the run'),
      ),
    ],
  },
];
