import type { Page } from 'playwright-core';
import type { App, Dependency } from './index.ts';

/** What a hook is called with; frozen. The ways to reach the app (`exec`, `http`, `logs`, `page`) are imported as in tests. */
export interface HookContext {
  readonly app: App;
  /** The tier that the hook belongs to, such as `upgrade`. */
  readonly tier: string;
  /** What was deployed beside the app because it needs it, by the names of the recipes. */
  readonly deps: Readonly<Record<string, Dependency>>;
}

/** The app that a dependency is deployed for; it is not up yet. */
export interface Dependent {
  readonly recipe: string;
  readonly domain: string;
  readonly url: string;
}

/** Something that has to be ready beyond the health path. */
export type ReadyProbe =
  | { readonly http: string; readonly ok?: readonly number[] }
  | { readonly tcp: number; readonly stable?: number };

type Hook<T = void> = (context: HookContext) => T | Promise<T>;

/**
 * What `recipes/<name>/hooks.ts` may export, each a function. One that throws leaves its rung unverified: what it was there
 * for was not done.
 */
export interface Hooks {
  /** Before the one deploy: there is no app yet. */
  readonly beforeInstall?: Hook;
  /** Called only where the recipe is another's dependency, once it is up: makes what that app needs, and gives it by name. */
  readonly provision?: (
    context: HookContext & { readonly dependent: Dependent },
  ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** The app is up; what is seeded here lives through the later tiers. */
  readonly afterInstall?: Hook;
  readonly beforeUpgrade?: Hook;
  readonly afterUpgrade?: Hook;
  readonly beforeBackup?: Hook;
  readonly afterBackup?: Hook;
  readonly beforeRestore?: Hook;
  readonly afterRestore?: Hook;
  /** What else has to answer before the app counts as up; asked for once a tier, and waited for by the host. */
  readonly readyProbes?: Hook<readonly ReadyProbe[]>;
  /** Looks at the backup that was just made; false means that it is not good. */
  readonly backupVerify?: Hook<boolean>;
  /** Leads the page to what may be photographed; it is photographed as it is left. */
  readonly screenshot?: (context: HookContext & { readonly page: Page }) => void | Promise<void>;
}

export const HOOK_NAMES = [
  'beforeInstall',
  'afterInstall',
  'provision',
  'beforeUpgrade',
  'afterUpgrade',
  'beforeBackup',
  'afterBackup',
  'beforeRestore',
  'afterRestore',
  'readyProbes',
  'backupVerify',
  'screenshot',
] as const satisfies readonly (keyof Hooks)[];

export type HookName = (typeof HOOK_NAMES)[number];
