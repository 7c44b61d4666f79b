import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CodedError, messageOf } from '../base/errors.ts';
import { trimEndOf } from '../base/text.ts';
import { BoundSettings } from './bounds.ts';
import { readYaml } from './read-yaml.ts';

/** The name that an operator gives to a thing; it becomes part of keys, paths and host names. */
const Id = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, 'a short name in lower case: letters, digits, hyphens');
const DomainName = z
  .string()
  .max(100)
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'a domain in lower case with at least one dot, such as ci.example.org',
  );
const HttpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'a URL that begins with https:// or http://',
  )
  .refine((text) => !URL.canParse(text) || new URL(text).password === '', 'a URL without a password')
  .transform((text) => trimEndOf(text, '/'));
const SecretFile = z.string().min(1);

const Account = z.string().regex(/^[^#]+(#[1-9]\d{0,14})?$/, 'a name, or a name and its number as in ada#7');

const ForgeSettings = z.strictObject({
  id: Id.describe('Your name for this forge; part of every key that is stored, so it never changes.'),
  kind: z.enum(['gitea', 'forgejo']).default('gitea').describe('What runs there.'),
  url: HttpUrl.describe('Its address, without `/api/v1`.'),
  tokenFile: SecretFile.describe('File that holds the token of our account there.'),
  webhookSecretFiles: z
    .array(SecretFile)
    .default([])
    .describe('Files that hold the secrets of webhooks. All are valid: name two while one is being changed.'),
  trust: z
    .strictObject({
      organisation: Account.optional().describe(
        'Its members may give commands. Like `allow` a name, which means who has it when the server first sees it, or a name and its number, as in `recipes#7`.',
      ),
      allow: z.array(Account).default([]).describe('Accounts that may give commands as well.'),
    })
    .prefault({})
    .describe('Who may give commands by comments; nobody else.'),
});
export type ForgeSettings = z.infer<typeof ForgeSettings>;

const WorkerSettings = z.strictObject({
  name: z.string().min(1).max(100).optional().describe('Shown where its runs are; the host name when not given.'),
  slots: z.int().min(1).max(64).default(2).describe('How many runs it makes at a time.'),
  domainSuffix: DomainName.describe('Apps get names below it. Another one for every host.'),
  labels: z
    .array(Id)
    .default([])
    .describe('What is special about it: it takes recipes with these in `runsOn`, besides those that ask for nothing.'),
  bounds: BoundSettings.prefault({}).describe(
    'What a run may take of this host, where the usual is not right: docs/bounds.md.',
  ),
  uploadTokenFile: SecretFile.optional().describe(
    'For a worker on another host than the server: file that holds the token with which it sends the server what its runs left. Without it nothing is sent.',
  ),
});
export type WorkerSettings = z.infer<typeof WorkerSettings>;

const Branch = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/, 'the name of a branch, such as main')
  .refine((name) => !name.split('/').some((part) => part === '' || /^\.+$/.test(part)), 'the name of a branch');

const OwnRepository = z.strictObject({
  forge: Id.describe('The forge where it lies.'),
  owner: z.string().min(1).describe('Its owner there.'),
  name: z.string().min(1).describe('Its name.'),
  branches: z
    .array(Branch)
    .min(1)
    .default(['main'])
    .describe('What is pushed to these is tested. Name none that strangers may push to: what is in it runs here.'),
  command: z
    .array(z.string().min(1))
    .min(1)
    .default(['.ci/run'])
    .describe('What tests a commit, in a clean clone of it: a program and its arguments.'),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/, 'the name of an account')
    .optional()
    .describe(
      'The account of this machine that it runs as, where the server is root; that of the server if not given.',
    ),
  minutes: z.int().min(1).max(720).default(60).describe('How long it may take.'),
});
export type OwnRepository = z.infer<typeof OwnRepository>;

/** `server.yaml`: all that an operator sets for `cc-ci serve` and `cc-ci worker`. Unknown keys are errors. */
export const ServerSettings = z
  .strictObject({
    listen: z
      .string()
      .regex(/^(\[[0-9a-f:]+\]|[a-z0-9.-]+):\d{1,5}$/i, 'an address and a port, such as 127.0.0.1:8466')
      .refine((text) => Number(text.split(':').at(-1)) <= 65_535, 'a port is at most 65535')
      .default('127.0.0.1:8466')
      .describe('Address and port of the web server. Put what speaks TLS before it.'),
    publicUrl: HttpUrl.describe('Where people and the forges reach it; stands in reports.'),
    forges: z
      .array(ForgeSettings)
      .min(1)
      .refine((forges) => new Set(forges.map(({ id }) => id)).size === forges.length, 'two forges have the same id')
      .describe('The forges that are watched.'),
    worker: WorkerSettings.describe('The worker of this machine.'),
    own: OwnRepository.optional().describe(
      'The repository that the server itself comes from: pushes get the status `cc-ci/own`, and a red branch an issue.',
    ),
    databaseUrlFile: SecretFile.optional().describe(
      'File that holds the URL of a PostgreSQL of your own, as `DATABASE_URL` does; a private one is run when neither is there.',
    ),
    uploadTokenFiles: z
      .array(SecretFile)
      .default([])
      .describe(
        'Files that hold the tokens of workers on other hosts. All are valid: name two while one is being changed.',
      ),
    runDays: z
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe('How many days the reports and logs of a run are kept. Those of a recipe’s newest run always are.'),
    pollSeconds: z
      .int()
      .min(1)
      .max(60)
      .default(20)
      .describe('How often comments are looked for, whether or not webhooks arrive.'),
  })
  .superRefine(({ own, forges }, context) => {
    if (own === undefined || forges.some(({ id }) => id === own.forge)) return;
    const message = `there is no forge ${own.forge}; there are ${forges.map(({ id }) => id).join(', ')}`;
    context.addIssue({ code: 'custom', path: ['own', 'forge'], message });
  })
  .describe('The settings of the cc-ci server.');
export type ServerSettings = z.infer<typeof ServerSettings>;

/** Where a server's settings lie. */
export interface ConfigPaths {
  readonly directory: string;
  readonly settings: string;
  /** One folder for each enrolled recipe. */
  readonly recipes: string;
}

/** The configuration directory: what `--config` says, else `CC_CI_CONFIG`, else `/etc/cc-ci`. */
export function configPaths(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ConfigPaths {
  const directory = resolve(given ?? (env['CC_CI_CONFIG'] || '/etc/cc-ci'));
  return { directory, settings: join(directory, 'server.yaml'), recipes: join(directory, 'recipes') };
}

/** Reads and judges `server.yaml`; `E_SERVER_SETTINGS` names file, line and key of what is wrong. */
export async function readServerSettings(paths: ConfigPaths): Promise<ServerSettings> {
  let text: string;
  try {
    text = await readFile(paths.settings, 'utf8');
  } catch (error: unknown) {
    throw new CodedError({
      code: 'E_SERVER_SETTINGS',
      message: `cannot read the settings of the server: ${messageOf(error)}`,
      fault: 'usage',
      where: { file: paths.settings },
      hint: 'docs/server-settings.md has an example; another directory can be given with --config',
    });
  }
  return readYaml({ file: paths.settings, text, schema: ServerSettings, code: 'E_SERVER_SETTINGS' });
}

/** The JSON schema of `server.yaml`, for editors. */
export function publishServerSchema(): unknown {
  return z.toJSONSchema(ServerSettings, { io: 'input' });
}
