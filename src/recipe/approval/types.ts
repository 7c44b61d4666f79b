/** Something that reaches beyond the app's own stack, and so needs the word of somebody trusted for that very commit. */
export interface NeedsApproval {
  /** What is allowed when this is: the line for `allow` in `recipe.yaml`. Holds no line number, so that it stays. */
  readonly id: string;
  /** The file of the recipe that says it; undefined where none was found. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly service: string | undefined;
  /** Dotted path in the stack file, or a directory of the recipe. */
  readonly key: string;
  readonly sentence: string;
}
