/** What was left out of what forges say, for the operator to see. Anybody can cause such a note, so it is not an alarm. */
export interface Notes {
  /** Says it in the log once, and keeps it with the newest. */
  readonly note: (sentence: string) => void;
  /** The newest ones, oldest first. */
  readonly all: () => readonly string[];
}

const MOST_NOTES = 5;

export function keepNotes(log: (line: string) => void): Notes {
  let kept: readonly string[] = [];
  return {
    note(sentence) {
      if (kept.includes(sentence)) return;
      kept = [...kept, sentence].slice(-MOST_NOTES);
      log(sentence);
    },
    all: () => kept,
  };
}
