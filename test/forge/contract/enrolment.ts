import { describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../../src/server/check.ts';
import { enroll } from '../../../src/server/enroll.ts';
import { readEnrolmentList } from '../../../src/server/enrolment-list.ts';
import { openMachine } from '../../server/support/test-server.ts';
import { type Cast, openNotebook } from './people.ts';

/** What `cc-ci enroll` and `cc-ci serve --check` make of a forge. */
export function holdEnrolment(cast: () => Cast): void {
  describe('an enrolment', () => {
    test('makes the webhook once with a token given once, and is found wrong when the repository has another name', async () => {
      const { stage, organisation, botToken } = cast();
      await using notebook = await openNotebook(cast(), 'enrolled');
      await using machine = await openMachine();
      const trust = { organisation };
      const forge = { id: 'git', url: stage.url, tokenFile: 'token', webhookSecretFiles: ['secret'], trust };
      const settings = { publicUrl: 'http://127.0.0.1:9', forges: [forge], worker: { domainSuffix: 'ci.test' } };
      await machine.configure(settings, { token: botToken, secret: 'of both sides' });
      const url = `${stage.url}/${notebook.name.owner}/${notebook.name.name}`;
      const options = { config: machine.config, recipe: undefined };
      const first = await enroll(url, { ...options, adminToken: await stage.adminToken() });
      expect(first).toMatchObject({ isNew: true, webhook: 'made', limits: [], left: [] });
      const second = await enroll(`${url}.git`, { ...options, adminToken: await stage.adminToken() });
      expect(second).toMatchObject({ isNew: false, webhook: 'was there' });
      expect((await readEnrolmentList(machine.config.recipes, ['git'])).recipes).toMatchObject([notebook.name]);
      expect((await checkConfiguration(machine.config)).wrong).toEqual([]);
      await stage.renameRepository(notebook.name, 'enrolled-elsewhere');
      expect((await checkConfiguration(machine.config)).wrong.join()).toContain('called something else now');
    });
  });
}
