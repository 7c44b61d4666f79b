import { type ForgeDouble, startForge } from '../double/double.ts';
import type { Stage } from './stage.ts';

const PASSWORD = 'password';

/** The in-repo double as a stage. */
export async function openDoubleStage(): Promise<Stage & { readonly double: ForgeDouble }> {
  const double = await startForge();
  const root = double.addUser('root', { admin: true });
  const readersOf = new Map<string, readonly string[]>();
  const repositoryOf = ({ owner, name }: { readonly owner: string; readonly name: string }) => {
    const found = double.state.repositories.find((each) => each.owner === owner && each.name === name && !each.gone);
    if (found === undefined) throw new Error(`there is no ${owner}/${name}`);
    return found;
  };
  return {
    double,
    url: double.url,
    addPerson: async (name) => double.addUser(name),
    async addOrganisation(name, { writers, readers = [] }) {
      double.state.organisations.set(name, new Set([...writers, ...readers]));
      readersOf.set(name, readers);
      return name;
    },
    async addRepository(owner, name, isPrivate = false) {
      const repository = await double.addRepository(owner, name);
      repository.isPrivate = isPrivate;
      const { collaborators } = repository;
      for (const login of readersOf.get(owner) ?? []) collaborators.set(login, 'read');
      return { owner, name };
    },
    async fork(login, of) {
      await double.addRepository(login, of.name, repositoryOf(of));
      return { owner: login, name: of.name };
    },
    async removeRepository(name) {
      repositoryOf(name).gone = true;
    },
    async renameRepository(name, to) {
      const { owner } = name;
      repositoryOf(name).name = to;
      double.state.formerNames.set(`${owner}/${name.name}`, `${owner}/${to}`);
      return { owner, name: to };
    },
    addToken: async (login, scopes) => double.addToken(login, scopes),
    adminToken: async () => double.addToken(root, ['write:repository', 'write:issue', 'write:organization']),
    call: (login, method, path, body) => double.call(login, method, path, body),
    remote(login, { owner, name }) {
      const url = new URL(`${owner}/${name}.git`, `${double.url}/`);
      url.username = login;
      url.password = PASSWORD;
      return String(url);
    },
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}
