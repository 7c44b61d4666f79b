import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishServerSchema } from '../src/config/server.ts';
import { type Schema, settingsTable } from './settings-table.ts';

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

/** The whole page. Pure. */
export function renderSettingsPage(schema = publishServerSchema() as Schema): string {
  return `${INTRODUCTION}\n${settingsTable(schema)}`;
}

if (import.meta.main) {
  await writeFile(SETTINGS_PAGE, renderSettingsPage());
  await writeFile(SERVER_SCHEMA, `${JSON.stringify(publishServerSchema(), undefined, 2)}\n`);
}
