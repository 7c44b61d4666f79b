import type { CodedError } from '../base/errors.ts';
import type { Overlay } from './compose/load.ts';
import type { Stack } from './compose/types.ts';

/** `length=32 charset=hex` behind an env line: how a secret is to be made. */
export interface Modifiers {
  readonly length?: number;
  readonly charset?: string;
  /** `generate=false`: an operator inserts it by hand. */
  readonly generate?: boolean;
}

export interface EnvEntry {
  readonly key: string;
  /** The value after quotes, comments and self-references are resolved. */
  readonly value: string;
  readonly modifiers: Modifiers;
  readonly line: number;
}

/** A parsed `.env.sample` or app env. Nothing of the text is lost: see `src/recipe/env.ts` for editing and printing. */
export interface EnvFile {
  /** The text as it was read, byte for byte. */
  readonly text: string;
  readonly entries: readonly EnvEntry[];
  /** Keys in `#KEY=value` lines: options that are switched off. */
  readonly optional: readonly EnvEntry[];
}

export interface AbraSh {
  readonly text: string;
  /** `export NAME=value` lines, as abra reads them (never executed). */
  readonly exports: Readonly<Record<string, string>>;
  /** Functions a maintainer can call with `abra app cmd`; those beginning with `_` are left out. */
  readonly functions: readonly string[];
  /** Exports that abra does not read, or not in full, because their value is more than one word. */
  readonly misread: readonly { readonly name: string; readonly line: number }[];
}

/** `x.y.z+upstream`: the recipe's own semantic version, and an opaque upstream string that may be missing. */
export interface RecipeVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly preRelease: string | undefined;
  readonly upstream: string | undefined;
}

export interface VersionTag {
  readonly version: RecipeVersion;
  readonly commit: string;
  readonly annotated: boolean;
}

export interface RecipeMetadata {
  readonly fields: Readonly<Record<string, string>>;
}

/** A recipe at one exact commit: read from a pristine checkout, without executing anything of it. */
export interface Recipe {
  readonly name: string;
  /** Absolute path of the checkout. */
  readonly dir: string;
  /** Full SHA; undefined only for a directory that is not under git (`cc-ci config` and `cc-ci lint` take those). */
  readonly commit: string | undefined;
  /** True when the tree holds changes that the commit does not (`--worktree`): versions are labelled `+U`. */
  readonly dirty: boolean;
  readonly sample: EnvFile;
  readonly abraSh: AbraSh | undefined;
  /** `compose.yml` and `compose.*.yml` in the root, sorted, `compose.yml` first. */
  readonly composeFiles: readonly string[];
  /** Every version tag reachable in the repository, oldest first. */
  readonly tags: readonly VersionTag[];
  /** Versions that have a release note. */
  readonly releaseNotes: readonly string[];
  readonly metadata: RecipeMetadata | undefined;
  /** What is odd but not wrong (a lightweight tag, say). */
  readonly warnings: readonly string[];
}

/** A secret of an enabled service, as the app will need it. */
export interface SecretSpec {
  /** The key in the compose file. */
  readonly id: string;
  /** The name in the Swarm: `<stack>_<id>_<version>`, at most 64 characters. */
  readonly name: string;
  readonly version: string;
  /** The variable whose modifiers apply, when one was found in the raw name. */
  readonly variable: string | undefined;
  readonly modifiers: Modifiers;
}

/** What a person may decide about an app; everything else comes from the recipe. */
export interface AppChoice {
  readonly domain: string;
  readonly stackName: string;
  /** Overrides of the sample's values. */
  readonly env: Readonly<Record<string, string>>;
  /** Stack files of whoever tests the recipe, laid over its own. */
  readonly overlays?: readonly Overlay[] | undefined;
  /** The label abra would write: a version tag, or a short commit with `+U` for a dirty tree. */
  readonly versionLabel: string;
}

/** A recipe resolved for one domain: ready to be planned and deployed. */
export interface App {
  readonly recipe: Recipe;
  readonly choice: AppChoice;
  /** The app env after sample, choice and `abra.sh` exports. */
  readonly env: Readonly<Record<string, string>>;
  readonly composeFiles: readonly string[];
  readonly stack: Stack;
  readonly secrets: readonly SecretSpec[];
  /** Seconds, from the `coop-cloud.<stack>.timeout` label; undefined when there is none. */
  readonly timeoutSeconds: number | undefined;
  /** `POST_DEPLOY_CMDS` and `POST_UPGRADE_CMDS`, split. */
  readonly postDeploy: readonly PostCommand[];
  readonly postUpgrade: readonly PostCommand[];
  readonly warnings: readonly CodedError[];
}

export interface PostCommand {
  readonly service: string;
  readonly command: string;
  readonly args: readonly string[];
}
