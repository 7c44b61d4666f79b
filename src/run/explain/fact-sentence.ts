import { countOf, formatBytes, formatMs } from '../../base/text.ts';
import type { ProbeAnswer } from '../../edge/types.ts';
import type { Tier } from '../../results/schema.ts';
import type { Convergence } from '../../swarm/types.ts';
import { type Fact, TIERS } from '../types.ts';
import { boundSentence } from '../verdict/bounds.ts';

/** The tier whose evidence a fact is; undefined for what concerns the run as a whole. */
export function tierOf(fact: Fact): Tier | undefined {
  switch (fact.fact) {
    case 'deployed':
    case 'converged':
    case 'served':
    case 'unserved':
    case 'tcp':
    case 'command':
    case 'stayed-up':
      return fact.moment;
    case 'images':
      return fact.moment === 'base' ? 'install' : undefined;
    case 'asked-before':
    case 'planted':
    case 'dependency':
      return 'install';
    case 'moved':
      return 'upgrade';
    case 'canaries':
      return fact.moment === 'after-upgrade' ? 'upgrade' : 'restore';
    case 'hooks':
      return fact.moment;
    case 'snapshot':
    case 'uncovered':
      return 'backup';
    case 'destroyed':
    case 'restored':
      return 'restore';
    case 'tests':
      return 'functional';
    case 'lint':
      return 'lint';
    case 'step-failed':
      return fact.tier;
    case 'screenshot':
    case 'resources':
    case 'teardown':
    case 'leak-scan':
    case 'interrupted':
    case 'bound-reached':
    case 'dependency-lost':
    case 'note':
      return undefined;
    default:
      return momentOf(fact);
  }
}

/** Another version of cc-ci may have recorded facts of a kind that is not known here: what they have in common is said. */
function momentOf(fact: object): Tier | undefined {
  return TIERS.find((tier) => 'moment' in fact && fact.moment === tier);
}

function unknownSentence(fact: object): string {
  const causes = 'causes' in fact && Array.isArray(fact.causes) ? (fact.causes as unknown[]) : [];
  const codes = causes.map((cause) =>
    typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '?',
  );
  const kind = 'fact' in fact ? String(fact.fact) : 'something';
  return codes.length === 0 ? `${kind} was recorded` : `${kind} was recorded: ${codes.join(', ')}`;
}

/** What a fact says, as a sentence without a full stop: what was observed, not what follows from it. */
export function sentenceOf(fact: Fact): string {
  switch (fact.fact) {
    case 'images':
      return `the images of the ${fact.moment} were here: ${listOf(fact.pins.map(({ reference, digest, imageId }) => `${reference} (${digest === undefined ? `local ${imageId.slice(0, 19)}` : digest.slice(-12)})`))}`;
    case 'deployed':
      return `${fact.fresh ? 'the stack was deployed from nothing' : 'the stack was updated in place'} in ${formatMs(fact.ms)}; the Engine starts tasks of ${listOf(fact.replaced)}`;
    case 'dependency':
      return `the dependency ${fact.recipe} ${fact.version} ${fact.up ? 'came up' : 'did not come up'} as stack ${fact.stackName}, ${formatMs(fact.ms)} after it was begun`;
    case 'dependency-lost':
      return `the dependency ${fact.recipe} was lost while the app was up: ${fact.sentence}`;
    case 'asked-before':
      return `before the app was deployed, ${fact.url} answered ${fact.answer.status ?? fact.answer.error ?? 'nothing'}${fact.serves ? ', which would have counted as the app' : ''}`;
    case 'converged':
      return convergenceSentence(fact.convergence);
    case 'served':
      return `${fact.ok ? 'the app answered as accepted' : 'the app never answered as accepted'} within ${formatMs(fact.ms)}, ${countOf(fact.answers.length, 'answer')}: ${answersSentence(fact.answers)}`;
    case 'unserved':
      return `why it did not answer was looked for: ${listOf(fact.causes.map(({ sentence }) => sentence))}`;
    case 'tcp':
      return `port ${fact.port}: ${fact.detail}`;
    case 'command':
      return `${fact.service} ran ${fact.command}, which ended with ${fact.exitCode}`;
    case 'stayed-up':
      return `${
        fact.fallen.length === 0
          ? 'no task had failed since the app was last seen up'
          : `tasks failed after the app had come up: ${listOf(fact.fallen.map(({ service, error }) => `${service} (${error})`))}`
      }${fact.lastAnswer === undefined ? '' : `; at the end ${fact.lastAnswer.url} answered ${fact.lastAnswer.seen}`}`;
    case 'moved':
      return `the running services were compared with the head: ${listOf(
        fact.services.map((one) => {
          const reached = one.imageMatches && one.labelsMatch && one.configsMatch;
          return `${one.service} ${reached ? 'is as described' : `runs ${one.runningImage ?? 'nothing'}`}`;
        }),
      )}; the update ${fact.changed ? `changed ${fact.labelsOnly === true ? 'only labels of' : ''}` : 'changed nothing of'} the deployment`;
    case 'planted':
      return `${countOf(fact.canaries.length, 'canary', 'canaries')} planted: ${listOf(fact.canaries.map(({ where }) => where))}`;
    case 'canaries':
      return `the canaries were looked for ${fact.moment.replace('-', ' the ')}: ${foundSentence(fact.checks)}`;
    case 'uncovered':
      return fact.data.length === 0
        ? 'the backup covers all data that was looked at'
        : `no backup covers ${listOf(fact.data)}`;
    case 'destroyed':
      return `data was destroyed: ${listOf(fact.emptied)} emptied, ${listOf(fact.stopped)} stopped, and of the canaries ${foundSentence(fact.checks)}`;
    case 'hooks':
      return fact.hooks.length === 0
        ? `no hook of the ${fact.moment} was there to run`
        : `${fact.moment} hooks: ${listOf(fact.hooks.map(({ service, hook, exitCode }) => `${service} ${hook} ended with ${exitCode ?? 'nothing, as it could not be run'}`))}`;
    case 'snapshot':
      return `the snapshot holds ${countOf(fact.report.files, 'file')} (${formatBytes(fact.report.bytes)}) and ${countOf(fact.report.dumps.length, 'dump')}; of the canaries ${foundSentence(fact.report.canaries)}${fact.attempts > 1 ? `; it took ${fact.attempts} attempts` : ''}`;
    case 'restored':
      return `the restore took ${formatMs(fact.ms)}; it has to bring back ${countOf(fact.expected.length, 'canary', 'canaries')}${(fact.early ?? []).length === 0 ? '' : `, of which ${fact.early?.length} had come back before`}`;
    case 'tests':
      return testsSentence(fact);
    case 'lint': {
      const violated = fact.results.filter(({ outcome }) => outcome === 'violated');
      return `${countOf(fact.results.length, 'rule')} looked at, ${violated.length} violated${violated.length === 0 ? '' : `: ${listOf(violated.map(({ id }) => id))}`}`;
    }
    case 'screenshot':
      return fact.file === undefined ? `no screenshot: ${fact.detail}` : 'a screenshot was taken';
    case 'resources':
      return `memory, processor time and sizes were read of ${countOf(fact.resources.services.length, 'service')}`;
    case 'teardown':
      return fact.kept
        ? 'the app was kept, as asked for'
        : `teardown removed ${countOf(fact.removed, 'object')} in ${formatMs(fact.ms)} and left ${listOf(fact.residue)}`;
    case 'leak-scan':
      return fact.leaks.length === 0
        ? 'no secret value stands in a file of the run'
        : `secret values stand in ${listOf(fact.leaks)}`;
    case 'bound-reached':
      return boundSentence(fact);
    case 'interrupted':
      return `the run was interrupted: ${fact.detail}`;
    case 'step-failed':
      return `the step “${fact.step}” failed: ${fact.sentence} [${fact.code}]`;
    case 'note':
      return fact.sentence;
    default:
      return unknownSentence(fact);
  }
}

function convergenceSentence({ outcome, ms, services, causes, updates }: Convergence): string {
  const states = listOf(services.map(({ service, running, desired }) => `${service} ${running}/${desired}`));
  const change: Readonly<Record<Convergence['updates'], string>> = {
    fresh: 'all services new',
    changed: 'services changed',
    'spec-only': 'only labels or limits changed',
    none: 'nothing changed',
  };
  const seen = causes.map(({ code, service }) => `${code} of ${service}`);
  return `the wait for the services ended as ${outcome} after ${formatMs(ms)} (${change[updates]}): ${states}${seen.length === 0 ? '' : `; recognised: ${listOf(seen)}`}`;
}

/** Answers that repeat are said once. */
function answersSentence(answers: readonly ProbeAnswer[]): string {
  const seen = answers.map(
    ({ status, error, fromProxy }) => `${status ?? error ?? 'no answer'}${fromProxy ? ' from the router itself' : ''}`,
  );
  return listOf(seen.filter((answer, index) => answer !== seen[index - 1]));
}

function foundSentence(checks: readonly { readonly found: boolean }[]): string {
  const found = checks.filter((check) => check.found).length;
  return `${found} of ${checks.length} found`;
}

function testsSentence({ report }: Extract<Fact, { readonly fact: 'tests' }>): string {
  if (report.source === 'none') return 'the recipe has no tests of its own';
  const counts = (['passed', 'failed', 'skipped'] as const)
    .map((outcome) => `${report.cases.filter((row) => row.outcome === outcome).length} ${outcome}`)
    .join(', ');
  const broken = report.broken === undefined ? '' : `; broken: ${report.broken}`;
  return `${countOf(report.files.length, 'test file')} run in ${formatMs(report.ms)}: ${counts}${broken}`;
}

function listOf(items: readonly string[]): string {
  return items.length === 0 ? 'nothing' : items.join(', ');
}
