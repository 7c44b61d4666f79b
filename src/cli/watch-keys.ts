import type { WatchCommand } from '../run/watch/inbox.ts';

/** What a key asks for: work of the session, or something that only shows or ends it. */
export type KeyAction = WatchCommand | 'logs' | 'open' | 'quit' | 'help';

const KEYS: readonly (readonly [key: string, action: KeyAction, does: string])[] = [
  ['r', 'full', 'the full run that counts'],
  ['f', 'fresh', 'install anew'],
  ['t', 'tests', 'tests'],
  ['b', 'backup', 'backup and restore'],
  ['l', 'logs', 'logs'],
  ['o', 'open', 'how to reach it'],
  ['q', 'quit', 'quit and remove the app'],
];

/** What is said of the keys. */
export const KEY_HELP = KEYS.map(([key, , does]) => `${key} ${does}`).join(' · ');

/** What the keys of one read from a raw terminal ask for, in order; Ctrl-C and Ctrl-D quit. Pure. */
export function readKeys(text: string): KeyAction[] {
  return Array.from(text).flatMap((key): KeyAction[] => {
    if (key === '\u0003' || key === '\u0004') return ['quit'];
    if (key === '?' || key === 'h') return ['help'];
    const known = KEYS.find(([name]) => name === key.toLowerCase());
    return known === undefined ? [] : [known[1]];
  });
}

/** Listens for keys on a terminal until it is disposed of; the terminal is then as it was. */
export function listenForKeys(terminal: NodeJS.ReadStream, onKey: (action: KeyAction) => void): Disposable {
  const onData = (data: string) => {
    for (const action of readKeys(data)) onKey(action);
  };
  terminal.setRawMode(true);
  terminal.setEncoding('utf8');
  terminal.on('data', onData);
  return {
    [Symbol.dispose]() {
      terminal.off('data', onData);
      terminal.setRawMode(false);
      terminal.pause();
    },
  };
}
