import { exec, type Hooks, http } from 'cc-ci/kit';

/** Registers the app that needs a login as a client, and a person who may use it. */
const provision: Hooks['provision'] = async ({ dependent }) => {
  const { stdout } = await exec('app', ['cat', '/run/secrets/admin_password']);
  const headers = { authorization: `Basic ${Buffer.from(`admin:${stdout.trim()}`).toString('base64')}` };
  const make = async (path: string, body: object) => {
    const answer = await http(path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const person = { name: 'ada', password: crypto.randomUUID() };
  await make('/people', person);
  const client = (await make('/clients', { id: dependent.recipe })) as { readonly id: string; readonly secret: string };
  return {
    // Apps reach each other inside the network of the proxy, where no certificate is needed.
    internalUrl: `http://${process.env['CC_CI_STACK']}_app:8080`,
    clientId: client.id,
    clientSecret: client.secret,
    person: person.name,
    personPassword: person.password,
  };
};

export { provision };
