import { describe, expect, test } from 'vitest';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { plainLine } from '../../src/results/ink.ts';
import { nameConfigs } from '../../src/run/watch/config-names.ts';
import { openInbox } from '../../src/run/watch/inbox.ts';
import type { Picture } from '../../src/run/watch/picture.ts';
import { planRound } from '../../src/run/watch/plan-round.ts';
import { beginLines, endLines, stepLines } from '../../src/run/watch/print.ts';
import { judgeStep, type Round } from '../../src/run/watch/round.ts';
import { dated, GREEN, planOf } from './support.ts';

const STACK: Stack = {
  version: '3.8',
  services: { app: { image: 'app:1', configs: [{ source: 'conf' }] } },
  networks: {},
  volumes: {},
  secrets: {},
  configs: { conf: { name: 's_conf_v1', file: '/recipe/app.conf' } },
};

const PICTURE: Picture = {
  files: { 'compose.yml': '1', 'README.md': '1' },
  stack: STACK,
  contents: { 'configs.conf': '1' },
  secrets: [],
  env: {},
  postDeploy: [],
  postUpgrade: [],
  testFiles: 1,
  backupCapable: true,
};

const CHANGED: Picture = {
  ...PICTURE,
  files: { ...PICTURE.files, 'compose.yml': '2' },
  stack: { ...STACK, services: { app: { image: 'app:2' } } },
};

describe('the work of a round', () => {
  const up = { picture: PICTURE, proven: true };

  test.each([
    ['a new app', PICTURE, undefined, undefined, ['install', 'tests', 'lint']],
    ['a change', CHANGED, up, undefined, ['update', 'tests', 'lint']],
    [
      'a change of an app that never came up',
      CHANGED,
      { ...up, proven: false },
      undefined,
      ['install', 'tests', 'lint'],
    ],
    ['the key for tests', PICTURE, up, 'tests', ['tests']],
    ['the key for backups', PICTURE, up, 'backup', ['backup', 'restore']],
    ['the key for a fresh install', PICTURE, up, 'fresh', ['install', 'tests']],
    ['a change and a key', CHANGED, up, 'backup', ['update', 'backup', 'restore', 'tests', 'lint']],
  ] as const)('%s', (_what, picture, standing, asked, expected) => {
    expect(planRound(picture, standing, asked, []).redone).toEqual(expected);
  });

  test('says that nothing can be backed up where no label is on', () => {
    const without = { ...PICTURE, backupCapable: false };
    const { redone, reasons } = planRound(without, { picture: without, proven: true }, 'backup', []);
    expect({ redone, reasons }).toEqual({
      redone: [],
      reasons: ['there is nothing to back up: no backupbot.backup label is on'],
    });
  });
});

describe('a config whose content changed', () => {
  const named = (hash: string, held: ReadonlyMap<string, string>) =>
    nameConfigs(STACK, { 'configs.conf': hash }, 's', held);

  test('keeps its name at first and as long as it is the same', () => {
    const first = named('1', new Map());
    expect(first.stack.configs['conf']?.name).toBe('s_conf_v1');
    expect(named('1', first.held).renamed).toEqual([]);
  });

  test('has a temporary name from then on, for each content one', () => {
    const first = named('1', new Map());
    const second = named('2', first.held);
    expect(second.renamed).toMatchObject([{ id: 'conf', name: 's_conf_v1' }]);
    const third = named('3', second.held);
    expect(third.renamed[0]?.temporary).not.toBe(second.renamed[0]?.temporary);
    expect(named('2', third.held).stack).toEqual(second.stack);
    expect(named('1', third.held).stack).toEqual(STACK);
  });

  test('never has a name that the Engine would refuse', () => {
    const long = 'n'.repeat(64);
    const stack = { ...STACK, configs: { conf: { name: long, file: '/f' } } };
    const { stack: renamed } = nameConfigs(stack, { 'configs.conf': '2' }, 's', new Map([[long, '1']]));
    expect(renamed.configs['conf']?.name).toMatch(/^n+_w[0-9a-f]{8}$/);
    expect(renamed.configs['conf']?.name).toHaveLength(64);
  });
});

describe('a step', () => {
  const plan = planOf(['install', 'functional', 'lint']);

  test('is judged as its tier is', () => {
    expect(judgeStep('install', plan, dated(GREEN.install))).toMatchObject({ status: 'pass', problems: [] });
    expect(judgeStep('update', plan, dated(GREEN.upgrade))).toMatchObject({ status: 'pass', problems: [] });
  });

  test('without evidence is not proven', () => {
    expect(judgeStep('update', plan, []).status).toBe('unver');
    expect(judgeStep('tests', plan, []).status).toBe('unver');
  });

  test('that failed says why, and not what follows from it', () => {
    const facts = dated([
      {
        fact: 'step-failed',
        tier: 'upgrade',
        step: 'update',
        code: 'E_X',
        sentence: 'it broke',
        fault: 'recipe',
        hint: 'mend it',
        evidence: ['line'],
      },
    ]);
    expect(judgeStep('update', plan, facts)).toEqual({
      status: 'fail',
      sentence: 'it broke',
      problems: [{ code: 'E_X', sentence: 'it broke', fault: 'recipe', hint: 'mend it', evidence: ['line'] }],
    });
  });
});

describe('the block of a round', () => {
  const round: Round = {
    round: 2,
    at: '2026-01-01T12:00:00.000Z',
    hash: 'abcdef0123456789',
    changed: ['compose.yml'],
    redone: ['update', 'tests'],
    reasons: [],
    steps: [
      {
        step: 'update',
        status: 'fail',
        sentence: 'app: it broke',
        ms: 1500,
        problems: [
          {
            code: 'crash-loop',
            sentence: 'app: it broke',
            fault: 'recipe',
            hint: 'mend it',
            evidence: ['\u001b[2Jlast words'],
          },
        ],
      },
      { step: 'tests', status: 'unver', sentence: 'not reached: the app is not up', ms: 0, problems: [] },
    ],
    broken: null,
    ms: 2000,
    standing: [
      { step: 'backup', status: 'fail', round: 1 },
      { step: 'update', status: 'fail', round: 2 },
    ],
  };
  const shown = ({ ...changes }: Partial<Round> = {}) => {
    const whole = { ...round, ...changes };
    return [...beginLines(whole), ...whole.steps.flatMap(stepLines), ...endLines(whole)].map(plainLine).join('\n');
  };

  test('says what changed, what was done again, and why it is red', () => {
    expect(shown().split('\n').slice(1)).toEqual([
      '    ✗ update     1.5 s  app: it broke',
      '      [crash-loop]',
      '      | last words',
      '      → mend it',
      '    ? tests       0 ms  not reached: the app is not up',
      '    watch: red as of abcdef012345, 2.0 s; still backup failed in round 1',
    ]);
    expect(shown()).toContain('compose.yml changed → update, tests');
  });

  test('never speaks of a verdict or a level', () => {
    expect(shown()).not.toMatch(/verdict|level|success/i);
  });

  test('is green when the newest outcome of every step is', () => {
    const passed = { step: 'lint', status: 'pass', round: 1 } as const;
    expect(shown({ steps: [], standing: [passed] })).toContain('watch: green as of');
    expect(shown({ steps: [], standing: [passed, { ...passed, step: 'tests', status: 'unver' }] })).toContain(
      'watch: not proven as of abcdef012345, 2.0 s; still tests unverified in round 1',
    );
  });

  test('of a recipe that cannot be read names the place and waits', () => {
    const broken = {
      code: 'E_YAML',
      sentence: 'compose.yml:3:5: not a mapping',
      fault: 'recipe',
      hint: null,
      evidence: [],
    } as const;
    expect(endLines({ ...round, steps: [], broken }).map(plainLine)).toEqual([
      '[2] ✗ compose.yml:3:5: not a mapping [E_YAML]',
      '    watch: waits for the next change',
    ]);
  });
});

describe('the inbox', () => {
  const never = new AbortController().signal;

  test('gives what was asked for in order, and any number of rings as one look', async () => {
    const inbox = openInbox();
    inbox.ring();
    inbox.ask('tests');
    inbox.ring();
    inbox.ask('backup');
    inbox.ask('tests');
    expect([await inbox.next(never), await inbox.next(never), await inbox.next(never)]).toEqual([
      'tests',
      'backup',
      'look',
    ]);
  });

  test('wakes whoever waits', async () => {
    const inbox = openInbox();
    const waiting = inbox.next(never);
    inbox.ask('full');
    expect(await waiting).toBe('full');
  });

  test('ends with the signal', async () => {
    const inbox = openInbox();
    const ending = new AbortController();
    const waiting = inbox.next(ending.signal);
    ending.abort(new Error('the end'));
    await expect(waiting).rejects.toThrow('the end');
    inbox.ring();
    await expect(inbox.next(ending.signal)).rejects.toThrow('the end');
  });
});
