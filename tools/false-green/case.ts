/** A check that is switched off on purpose, to see that its test notices. */
export interface Mutation {
  /** The file that holds the guard, from the top of the repository. */
  readonly file: string;
  /** Text that occurs exactly once in it. */
  readonly guard: string;
  /** What stands there when the guard is off. */
  readonly off: string;
  /** The test that has to fail then; `name` is a part of its full name that also stands in its file. */
  readonly test: TestName;
}

export interface TestName {
  readonly file: string;
  readonly name: string;
}

/** One way in which a run could say green, and what keeps ours from it. */
export interface FalseGreen {
  /** A number of the checklist of the system before this one, or a name where it is a case that was found here. */
  readonly id: string;
  readonly title: string;
  /** What happened then, or would happen without the guard. */
  readonly once: string;
  readonly now: string;
  /** `engine`: built on a real Engine. `facts`: held on recorded facts, files or pure functions. */
  readonly level: 'engine' | 'facts';
  readonly tests: readonly TestName[];
  readonly mutations?: readonly Mutation[];
}

/** A test by its file and name. */
export function named(file: string, name: string): TestName {
  return { file: `test/${file}.test.ts`, name };
}

/** A guard by its file, its text, and what replaces it. */
export function off(file: string, guard: string, replacement: string, test: TestName): Mutation {
  return { file: `src/${file}.ts`, guard, off: replacement, test };
}
