import { expect, test } from 'vitest';
import { Comment } from '../../src/forge/gitea/schemas.ts';

test.each([
  ['2026-11-24T03:10:05+01:00', '2026-11-24T02:10:05Z'],
  ['2026-11-23T21:10:05-05:00', '2026-11-24T02:10:05Z'],
  ['2026-11-24T02:10:05Z', '2026-11-24T02:10:05Z'],
])('a comment’s time %s is read in one zone, as %s', (told, read) => {
  const comment = {
    id: 1,
    user: { id: 1, login: 'ada' },
    body: '',
    created_at: told,
    updated_at: told,
    html_url: '',
    pull_request_url: '',
  };
  expect(Comment.parse(comment)).toMatchObject({ created_at: read, updated_at: read });
});
