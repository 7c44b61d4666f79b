import type { Asked, Reply } from './double.ts';
import { type Api, NOT_FOUND, type Parts, withRepository } from './lookup.ts';
import { roleOf, userShape } from './shapes.ts';

export function showUser({ state }: Api, _asked: Asked, { user = '' }: Parts): Reply {
  const known = state.users.some(({ login }) => login === user);
  return known ? { status: 200, body: userShape(state, user) } : NOT_FOUND;
}

export function showOrganisation({ state }: Api, _asked: Asked, { org = '' }: Parts): Reply {
  const at = [...state.organisations.keys()].indexOf(org);
  return at === -1 ? NOT_FOUND : { status: 200, body: { id: 1000 + at, name: org, username: org } };
}

/** Someone outside of the organisation is sent to its public members. */
export function isMember({ state }: Api, { login }: Asked, { org = '', user = '' }: Parts): Reply {
  const members = state.organisations.get(org);
  if (members === undefined) return NOT_FOUND;
  const admin = state.users.find((candidate) => candidate.login === login)?.admin === true;
  if (!admin && !members.has(login))
    return { status: 303, headers: { location: `/api/v1/orgs/${org}/public_members/${user}` } };
  return members.has(user) ? { status: 204 } : NOT_FOUND;
}

export function isPublicMember({ state }: Api, _asked: Asked, { org = '', user = '' }: Parts): Reply {
  const isShown = state.publicMembers.has(`${org}/${user}`) && state.organisations.get(org)?.has(user) === true;
  return isShown ? { status: 204 } : NOT_FOUND;
}

/** Members show themselves. */
export function showMember({ state }: Api, { login }: Asked, { org = '', user = '' }: Parts): Reply {
  if (login !== user || state.organisations.get(org)?.has(user) !== true) {
    return { status: 403, body: { message: 'Cannot publicize another member', url: '' } };
  }
  state.publicMembers.add(`${org}/${user}`);
  return { status: 204 };
}

export function addCollaborator(api: Api, { login, body }: Asked, parts: Parts): Reply {
  return withRepository(api, parts, (repository): Reply => {
    if (roleOf(api.state, repository, login) !== 'admin')
      return {
        status: 403,
        body: { message: 'user should be an owner or a collaborator with admin write of a repository', url: '' },
      };
    repository.collaborators.set(
      parts['user'] ?? '',
      body['permission'] === 'admin' ? 'admin' : body['permission'] === 'read' ? 'read' : 'write',
    );
    return { status: 204 };
  });
}
