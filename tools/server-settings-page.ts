import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishServerSchema } from '../src/config/server.ts';

/** `npm run docs`: writes docs/server-settings.md and the schema of `server.yaml` anew. A test holds both against the code. */

export const SETTINGS_PAGE = join(import.meta.dirname, '../docs/server-settings.md');
export const SERVER_SCHEMA = join(import.meta.dirname, '../schema/server.schema.json');

const INTRODUCTION = `# Settings of the server

\`server.yaml\` in the configuration directory: \`/etc/cc-ci\`, or what \`--config\` or \`CC_CI_CONFIG\` says. Beside it lies \`recipes/\`, the list
of what is enrolled. A key that nobody knows is an error, with its line and what was probably meant. \`cc-ci serve --check\` judges it.
This page is made from \`src/config/server.ts\`; the JSON schema is [schema/server.schema.json](../schema/server.schema.json).

    publicUrl: https://ci.example.org
    forges:
      - id: git
        url: https://git.example.org
        tokenFile: forge-token
        webhookSecretFiles: [hook-secret]
        trust: { organisation: recipes }
    worker:
      slots: 2
      domainSuffix: ci.example.org

A secret is never a value in this file: a setting names the file that holds it. A name without a slash is looked for among the
credentials that systemd hands over (\`LoadCredential=\`), then in the configuration directory. A file that everyone on the machine may
read is refused. Tokens and webhook secrets are read again whenever they are used, so that one can be changed while the server runs.
`;

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** The whole page. Pure. */
export function renderSettingsPage(schema = publishServerSchema() as Schema): string {
  return `${INTRODUCTION}\n| setting | what it is | without it |\n|---|---|---|\n${rowsOf(schema, '').join('\n')}\n`;
}

function rowsOf({ properties = {}, required = [] }: Schema, path: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const key = `${path}${name}`;
    const row = `| \`${key}\` | ${describe(schema)} | ${without(schema, required.includes(name))} |`;
    const inner = schema.items?.properties === undefined ? schema : schema.items;
    return [row, ...rowsOf(inner, inner === schema ? `${key}.` : `${key}[].`)];
  });
}

function describe({ description = '', enum: choices, minimum, maximum }: Schema): string {
  if (choices !== undefined) return `${description} One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`;
  return minimum === undefined || maximum === undefined || maximum > 2 ** 31
    ? description
    : `${description} From ${minimum} to ${maximum}.`;
}

function without({ default: value, properties }: Schema, isRequired: boolean): string {
  if (isRequired) return 'it is needed';
  if (value === undefined || properties !== undefined) return '';
  return Array.isArray(value) && value.length === 0
    ? 'none'
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

if (import.meta.main) {
  await writeFile(SETTINGS_PAGE, renderSettingsPage());
  await writeFile(SERVER_SCHEMA, `${JSON.stringify(publishServerSchema(), undefined, 2)}\n`);
}
