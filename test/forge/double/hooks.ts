import type { Asked, Reply } from './double.ts';
import { type Api, type Parts, page, withRepository } from './lookup.ts';
import { hookShape, roleOf } from './shapes.ts';
import type { Hook, Repository } from './state.ts';

/** Only who administers a repository sees its hooks or makes one; the secret is never shown again. */
function withAdministered(api: Api, { login }: Asked, parts: Parts, use: (repository: Repository) => Reply): Reply {
  return withRepository(api, parts, (repository) =>
    roleOf(api.state, repository, login) === 'admin'
      ? use(repository)
      : {
          status: 403,
          body: { message: 'user should be an owner or a collaborator with admin write of a repository', url: '' },
        },
  );
}

export function listHooks(api: Api, asked: Asked, parts: Parts): Reply {
  return withAdministered(api, asked, parts, ({ hooks }) => {
    const { slice, headers } = page(asked, hooks);
    return { status: 200, headers, body: slice.map(hookShape) };
  });
}

export function addHook(api: Api, asked: Asked, parts: Parts): Reply {
  return withAdministered(api, asked, parts, (repository) => {
    const { config, events } = asked.body as Readonly<{ config: Hook; events: readonly string[] }>;
    const hook = { url: config.url, secret: config.secret, events };
    repository.hooks.push(hook);
    return { status: 201, body: hookShape(hook) };
  });
}

/** Whether a hook was made for deliveries of this type: `pull_request` stands for all that is about pull requests. */
export function wants({ events }: Hook, type: string): boolean {
  if (events === undefined || events.includes(type)) return true;
  if (type.startsWith('issue')) return events.includes('issues');
  if (!type.startsWith('pull_request')) return false;
  return events.includes('pull_request') || (type === 'pull_request' && events.includes('pull_request_only'));
}
