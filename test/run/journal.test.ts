import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { journalState, openJournal, pendingUndos, readJournal } from '../../src/run/journal.ts';
import type { JournalEntry } from '../../src/run/types.ts';

async function scratch(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'journal-')), 'journal.ndjson');
}

test('a step that began is undone after a crash, last begun first', async () => {
  const path = await scratch();
  {
    await using journal = await openJournal(path);
    await journal.begin('work', { kind: 'directory', path: '/x' });
    await journal.begin('stack', { kind: 'stack', stackName: 's', runId: 'r' });
  }
  expect(pendingUndos(await readJournal(path)).map(({ step }) => step)).toEqual(['stack', 'work']);
});

test('what was undone, or closed, is not undone again', async () => {
  const path = await scratch();
  await using journal = await openJournal(path);
  await journal.begin('work', { kind: 'directory', path: '/x' });
  await journal.begin('stack', { kind: 'stack', stackName: 's', runId: 'r' });
  await journal.undone('stack');
  expect(pendingUndos(await readJournal(path)).map(({ step }) => step)).toEqual(['work']);
  expect(journalState(await readJournal(path))).toBe('open');
  await journal.close();
  expect(pendingUndos(await readJournal(path))).toEqual([]);
  expect(journalState(await readJournal(path))).toBe('closed');
});

test('a line that a crash cut off is left out, and writing goes on behind it', async () => {
  const path = await scratch();
  {
    await using journal = await openJournal(path);
    await journal.begin('work', { kind: 'directory', path: '/x' });
  }
  await appendFile(path, '{"seq":2,"at":"20');
  expect((await readJournal(path)).map(({ seq }) => seq)).toEqual([1]);
  {
    await using journal = await openJournal(path);
    await journal.undone('work');
  }
  const entries = await readJournal(path);
  expect(entries.map(({ seq, event }) => [seq, event])).toEqual([
    [1, 'begin'],
    [2, 'undone'],
  ]);
});

test('every undo that was begun and not undone since is pending', () => {
  const entry = fc.record({
    event: fc.constantFrom<JournalEntry['event'][]>('begin', 'end', 'failed', 'undone'),
    step: fc.constantFrom('a', 'b', 'c'),
  });
  fc.assert(
    fc.property(fc.array(entry), (list) => {
      const entries = list.map(
        ({ event, step }, index): JournalEntry => ({
          seq: index + 1,
          at: '',
          event,
          step,
          undo: event === 'begin' ? { kind: 'directory', path: `/${step}` } : undefined,
        }),
      );
      const pending = new Set(pendingUndos(entries).map(({ step }) => step));
      for (const step of ['a', 'b', 'c']) {
        const begun = entries.findLastIndex((e) => e.step === step && e.event === 'begin');
        const undone = entries.findLastIndex((e) => e.step === step && e.event === 'undone');
        expect(pending.has(step)).toBe(begun > undone);
      }
    }),
  );
});
