import { readSecretFile } from '../config/secret-file.ts';
import type { ConfigPaths, ForgeSettings } from '../config/server.ts';
import { giteaForge } from '../forge/gitea/client.ts';
import type { Trust } from '../forge/trust.ts';
import type { Forge, ForgeUser } from '../forge/types.ts';
import { keepOwnSecrets, maskForge, type OwnSecrets } from './own-secrets.ts';

/** A forge as the settings name it, and who we are there once it has told us. */
export interface WatchedForge {
  readonly settings: ForgeSettings;
  readonly forge: Forge;
  /** Undefined until the forge has answered once. */
  readonly me: () => ForgeUser | undefined;
  /** Asks the forge who we are, unless it is known. */
  readonly identify: () => Promise<ForgeUser>;
  /** The secrets of its webhooks, read anew each time, so that one can be changed while we run. */
  readonly webhookSecrets: () => Promise<readonly string[]>;
}

export interface WatchForgeOptions {
  readonly signal?: AbortSignal;
  readonly own?: OwnSecrets;
  /** Hears of what was left out because it was too large. */
  readonly note?: (sentence: string) => void;
}

/** Makes the client of a forge. Its token is read at every request, and stays in its file. */
export function watchForge(
  settings: ForgeSettings,
  index: number,
  config: ConfigPaths,
  { signal, own = keepOwnSecrets(), note }: WatchForgeOptions = {},
): WatchedForge {
  const secret = async (given: string, key: string) => {
    const place = { given, key: `forges.${index}.${key}`, configDirectory: config.directory };
    const value = await readSecretFile(place);
    own.learn([value]);
    return value;
  };
  const client = giteaForge({
    id: settings.id,
    url: settings.url,
    token: () => secret(settings.tokenFile, 'tokenFile'),
    signal,
    note,
  });
  const forge = maskForge(client, own.masker);
  let me: ForgeUser | undefined;
  return {
    settings,
    forge,
    me: () => me,
    async identify() {
      me ??= await forge.whoAmI();
      return me;
    },
    webhookSecrets: () =>
      Promise.all(settings.webhookSecretFiles.map((file, n) => secret(file, `webhookSecretFiles.${n}`))),
  };
}

/** Who may give commands on a forge. */
export function trustOf({ trust }: ForgeSettings): Trust {
  return { organisation: trust.organisation, allow: trust.allow };
}
