import { expect, test } from 'vitest';
import { stagingRoot } from '../../src/custom/staging.ts';

const RUN = '20260101-000000-abcdef';

test('sandboxes are staged in the directory for temporary files', () => {
  expect(stagingRoot(RUN, '/var/tmp')).toBe(`/var/tmp/cc-ci-sandbox-${RUN}`);
});

test('where that directory has so long a name that a socket below would have no room, they are staged in /tmp', () => {
  const longest = `/${'d'.repeat(44)}`;
  expect(Buffer.byteLength(`${stagingRoot(RUN, longest)}/sXXXXXX/run/gateway.sock`)).toBe(107);
  expect(stagingRoot(RUN, `${longest}d`)).toBe(`/tmp/cc-ci-sandbox-${RUN}`);
});
