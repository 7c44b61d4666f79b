import { Tier } from '../results/schema.ts';

/** What a comment asks for. */
export type Command =
  | {
      readonly verb: 'test';
      readonly tiers: readonly Tier[] | 'all';
      readonly base: string | undefined;
      /** False: a red verdict is not looked into. */
      readonly diagnose: boolean;
    }
  /** `sha`: the beginning of the commit whose list was read. */
  | { readonly verb: 'approve'; readonly sha: string | undefined }
  | { readonly verb: 'quick' | 'cancel' | 'why' | 'hold' | 'help' };

/** `nothing`: no command for us. `malformed`: a command of ours that cannot be understood; worth one reply to someone trusted. */
export type Reading =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'malformed'; readonly problem: string };

const NOTHING: Reading = { kind: 'nothing' };
const VERBS: readonly string[] = ['cancel', 'why', 'hold', 'help'];
const COMMIT = /^[0-9a-f]{7,40}$/;
/** A version, tag or branch; it becomes an argument of git and part of names. */
const BASE = /^[A-Za-z0-9][A-Za-z0-9._+/-]{0,99}$/;
/** A comment can be as long as a book; a command stands within the first part of it. */
const MOST_CHARACTERS = 65_536;

/**
 * Whether a comment may hold a command at all: a look that costs next to nothing, for what anybody may write, before anybody
 * is asked about who wrote it. Only `readCommand` knows. Pure.
 */
export function mayCommand(body: string): boolean {
  const start = body.slice(0, MOST_CHARACTERS);
  // A hidden comment may stand before it and after it.
  return start.includes('!testme') && /(?:^|-->) {0,3}!testme(?:\s|$|<!--)/m.test(start);
}

/**
 * Reads a comment's command. A command is a line of its own that begins with `!testme`; what stands in a code block, a
 * quotation or an HTML comment is talk about commands. Words that are no command of ours make the line talk as well; only
 * an option that is wrong makes it malformed. Pure.
 */
export function readCommand(body: string): Reading {
  if (!mayCommand(body)) return NOTHING;
  const lines = spokenLines(body.slice(0, MOST_CHARACTERS)).filter((line) => /^!testme(?:\s|$)/.test(line));
  const readings = lines
    .map((line) => readLine(line.trim().split(/\s+/).slice(1)))
    .filter(({ kind }) => kind !== 'nothing');
  const [first = NOTHING, second] = readings;
  if (second !== undefined) return { kind: 'malformed', problem: 'a comment may hold one command only' };
  return first;
}

function readLine(words: readonly string[]): Reading {
  const [first, ...rest] = words;
  if (first !== undefined && VERBS.includes(first)) {
    const verb = first as 'cancel' | 'why' | 'hold' | 'help';
    return refuseOption(verb, rest) ?? (rest.length === 0 ? { kind: 'command', command: { verb } } : NOTHING);
  }
  if (first === 'approve') {
    const [sha, ...more] = rest;
    const refused = refuseOption(first, rest);
    if (refused !== undefined) return refused;
    if (more.length > 0 || (sha !== undefined && !COMMIT.test(sha))) return NOTHING;
    return { kind: 'command', command: { verb: first, sha } };
  }
  return readTest(words);
}

function refuseOption(verb: string, words: readonly string[]): Reading | undefined {
  const option = words.find((word) => word.startsWith('--'));
  return option === undefined
    ? undefined
    : { kind: 'malformed', problem: `${verb} takes no option, and ${option} was given` };
}

function readTest(words: readonly string[]): Reading {
  const tiers: Tier[] = [];
  let base: string | undefined;
  let quick = false;
  let diagnose = true;
  const problems: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--quick') quick = true;
    else if (word === '--no-diagnose') diagnose = false;
    else if (word === '--base' || word.startsWith('--base=')) {
      if (base !== undefined) problems.push('--base is given twice');
      const value = word === '--base' ? words[(index += 1)] : word.slice('--base='.length);
      if (value === undefined || !BASE.test(value) || value.includes('..')) {
        problems.push('--base needs a version, tag or branch');
      } else base = value;
    } else if (word.startsWith('--')) problems.push(`${word} is no option of !testme`);
    else {
      const tier = Tier.safeParse(word);
      // Some other word: someone writes about the command.
      if (!tier.success) return NOTHING;
      if (!tiers.includes(tier.data)) tiers.push(tier.data);
    }
  }
  if (quick && (tiers.length > 0 || base !== undefined || !diagnose)) problems.push('--quick goes with nothing else');
  const [problem] = problems;
  if (problem !== undefined) return { kind: 'malformed', problem };
  if (quick) return { kind: 'command', command: { verb: 'quick' } };
  return { kind: 'command', command: { verb: 'test', tiers: tiers.length === 0 ? 'all' : tiers, base, diagnose } };
}

/** The lines that somebody says, by the rules of Markdown: no code, no quotation, no hidden comment. */
function spokenLines(body: string): string[] {
  const spoken: string[] = [];
  let fence: string | undefined;
  for (const line of withoutHidden(body.replaceAll('\r\n', '\n')).split('\n')) {
    const mark = fenceOf(line);
    if (fence !== undefined) {
      if (mark?.fence.startsWith(fence) === true && mark.info.trim() === '') fence = undefined;
      continue;
    }
    // The info string of a fence of backticks holds none: otherwise it is code within a line.
    if (mark !== undefined && !(mark.fence.startsWith('`') && mark.info.includes('`'))) {
      fence = mark.fence;
      continue;
    }
    if (/^ {0,3}>/.test(line) || /^(?: {4}|\t)/.test(line)) continue;
    spoken.push(line.replace(/^ {1,3}/, ''));
  }
  return spoken;
}

/** Without comments of HTML. They may span lines; one that is never closed hides the rest, as it does where it is shown. */
function withoutHidden(text: string): string {
  let visible = '';
  let end = 0;
  for (let open = text.indexOf('<!--'); open !== -1; open = text.indexOf('<!--', end)) {
    visible += `${text.slice(end, open)} `;
    const close = text.indexOf('-->', open + 4);
    if (close === -1) return visible;
    end = close + 3;
  }
  return visible + text.slice(end);
}

/** The fence of a line that begins or ends a block of code, and what follows it. */
function fenceOf(line: string): { readonly fence: string; readonly info: string } | undefined {
  const begin = /^ {0,3}(?=```|~~~)/.exec(line)?.[0].length;
  if (begin === undefined) return undefined;
  let end = begin;
  while (line[end] === line[begin]) end += 1;
  return { fence: line.slice(begin, end), info: line.slice(end) };
}
