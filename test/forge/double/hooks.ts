import type { Asked, Reply } from './double.ts';
import { type Api, page, withRepository } from './lookup.ts';
import { hookShape, roleOf } from './shapes.ts';
import type { Repository } from './state.ts';

/** Only who administers a repository sees its hooks or makes one; the secret is never shown again. */
function withAdministered(
  api: Api,
  { login }: Asked,
  parts: Readonly<Record<string, string>>,
  use: (repository: Repository) => Reply,
): Reply {
  return withRepository(api, parts, (repository) =>
    roleOf(api.state, repository, login) === 'admin'
      ? use(repository)
      : {
          status: 403,
          body: { message: 'user should be an owner or a collaborator with admin write of a repository', url: '' },
        },
  );
}

export function listHooks(api: Api, asked: Asked, parts: Readonly<Record<string, string>>): Reply {
  return withAdministered(api, asked, parts, ({ hooks }) => {
    const { slice, headers } = page(asked, hooks);
    return { status: 200, headers, body: slice.map(hookShape) };
  });
}

export function addHook(api: Api, asked: Asked, parts: Readonly<Record<string, string>>): Reply {
  return withAdministered(api, asked, parts, (repository) => {
    const config = asked.body['config'] as { readonly url: string; readonly secret: string };
    const hook = { url: config.url, secret: config.secret };
    repository.hooks.push(hook);
    return { status: 201, body: hookShape(hook) };
  });
}
